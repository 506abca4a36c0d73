export const evaluate = ([width, height], { study: { load } }) => ({
  weight: width * height,
  sag: load / (width * height ** 3),
});
