import { serveEvaluations } from '@length-adaptive/search/workers';

serveEvaluations(async ([width, height]) => ({ weight: width * height, sag: 40 / (width * height ** 3) }));
