// pagmo2 for comparison, from Debian's libpagmo-dev. Reads a job from standard input, prints milliseconds, or milliseconds and a hypervolume.
//   hypervolume OBJECTIVES POINTS REPEATS, then the points; measured to 1.1 in every objective
//   sort OBJECTIVES POINTS REPEATS, then the points
//   zdt1 SEED: 25,000 evaluations of NSGA-II, population 100
//   search ALGORITHM SUITE NUMBER SEED: as many of another one, on ZDT, DTLZ (3 objectives) or WFG (2); milliseconds and the hypervolume
#include <algorithm>
#include <chrono>
#include <iomanip>
#include <iostream>
#include <string>
#include <pagmo/algorithm.hpp>
#include <pagmo/algorithms/moead.hpp>
#include <pagmo/algorithms/nsga2.hpp>
#include <pagmo/algorithms/nspso.hpp>
#include <pagmo/population.hpp>
#include <pagmo/problem.hpp>
#include <pagmo/problems/dtlz.hpp>
#include <pagmo/problems/wfg.hpp>
#include <pagmo/problems/zdt.hpp>
#include <pagmo/utils/hypervolume.hpp>
#include <pagmo/utils/multi_objective.hpp>

using Clock = std::chrono::steady_clock;

static double since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

static pagmo::problem problem_of(const std::string &suite, unsigned number) {
  if (suite == "zdt") return pagmo::problem{pagmo::zdt(number, number < 4 ? 30 : 10)};
  if (suite == "wfg") return pagmo::problem{pagmo::wfg(number, 24, 2, 4)};
  return pagmo::problem{pagmo::dtlz(number, 12, 3)};
}

static pagmo::algorithm algorithm_of(const std::string &name, unsigned generations, double genes, unsigned seed) {
  if (name == "moead") return pagmo::algorithm{pagmo::moead(generations, "grid", "tchebycheff", 20, 1.0, 0.5, 20., 0.9, 2, true, seed)};
  if (name == "nspso") return pagmo::algorithm{pagmo::nspso(generations, 0.6, 2.0, 2.0, 1.0, 0.5, 2, "crowding distance", false, seed)};
  return pagmo::algorithm{pagmo::nsga2(generations, 0.9, 20., 1. / genes, 20., seed)};
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
  if (job == "search") {
    std::string name, suite;
    unsigned number, seed;
    std::cin >> name >> suite >> number >> seed;
    const auto problem = problem_of(suite, number);
    // The grid of weights has 91 of three objectives.
    const unsigned size = name == "moead" && problem.get_nobj() == 3 ? 91 : 100;
    const auto start = Clock::now();
    const auto last = algorithm_of(name, 25000 / size - 1, static_cast<double>(problem.get_nx()), seed).evolve(pagmo::population{problem, size, seed});
    const double took = since(start);
    pagmo::vector_double reference(problem.get_nobj(), 1.1);
    if (suite == "wfg") reference = {2.2, 4.4};
    std::vector<pagmo::vector_double> inside;
    for (const auto &f : last.get_f()) {
      bool below = true;
      for (std::size_t m = 0; m < f.size(); ++m) below = below && f[m] < reference[m];
      if (below) inside.push_back(f);
    }
    std::cout << took << ' ' << (inside.empty() ? 0. : pagmo::hypervolume(inside, false).compute(reference)) << '\n';
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
