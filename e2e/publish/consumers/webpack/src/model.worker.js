import { servePredictor } from '@length-adaptive/models/worker/serve';

servePredictor();
