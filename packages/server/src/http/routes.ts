import type { Service } from '../service.js';
import type { ResolvedHttpOptions } from './http-options.js';
import type { Inference } from './inference.js';
import type { TypedApp } from './typed-app.js';

/** What routes are made of. */
export interface RouteContext {
  readonly service: Service;
  readonly options: ResolvedHttpOptions;
  readonly inference: Inference;
}

/** Adds the routes of one protocol. */
export type Routes = (app: TypedApp, context: RouteContext) => void;
