// pagmo2 for comparison, from Debian's libpagmo-dev. Reads a job from standard input, prints milliseconds, or milliseconds and a hypervolume.
//   hypervolume OBJECTIVES POINTS REPEATS, then the points; measured to 1.1 in every objective
//   sort OBJECTIVES POINTS REPEATS, then the points
//   zdt1 SEED: 25,000 evaluations of NSGA-II, population 100
#include <algorithm>
#include <chrono>
#include <iomanip>
#include <iostream>
#include <string>
#include <pagmo/algorithm.hpp>
#include <pagmo/algorithms/nsga2.hpp>
#include <pagmo/population.hpp>
#include <pagmo/problem.hpp>
#include <pagmo/problems/zdt.hpp>
#include <pagmo/utils/hypervolume.hpp>
#include <pagmo/utils/multi_objective.hpp>

using Clock = std::chrono::steady_clock;

static double since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

int main() {
  std::string job;
  std::cin >> job;
  std::cout << std::setprecision(17);
  if (job == "zdt1") {
    unsigned seed;
    std::cin >> seed;
    const auto start = Clock::now();
    pagmo::algorithm nsga2{pagmo::nsga2(249, 0.9, 20., 1. / 30, 20., seed)};
    const auto last = nsga2.evolve(pagmo::population{pagmo::problem{pagmo::zdt(1, 30)}, 100, seed});
    const double took = since(start);
    std::cout << took << ' ' << pagmo::hypervolume(last).compute({1.1, 1.1}) << '\n';
    return 0;
  }
  std::size_t objectives, points, repeats;
  std::cin >> objectives >> points >> repeats;
  std::vector<pagmo::vector_double> rows(points, pagmo::vector_double(objectives));
  for (auto &row : rows)
    for (auto &value : row) std::cin >> value;
  const pagmo::vector_double reference(objectives, 1.1);
  for (std::size_t i = 0; i < repeats; ++i) {
    const auto start = Clock::now();
    double result = 0;
    if (job == "sort") result = static_cast<double>(std::get<0>(pagmo::fast_non_dominated_sorting(rows)).size());
    else result = pagmo::hypervolume(rows, false).compute(reference);
    std::cout << since(start) << ' ' << result << '\n';
  }
}
