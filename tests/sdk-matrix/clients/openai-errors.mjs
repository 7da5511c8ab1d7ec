import assert from 'node:assert/strict';
import { APIError, BadRequestError, InternalServerError, RateLimitError } from 'openai';

const typeOf = { 400: BadRequestError, 429: RateLimitError, 500: InternalServerError };

export const errorKinds = {
  checkError(error, status) {
    assert.ok(error instanceof typeOf[status], `expected ${typeOf[status].name}, got ${error?.constructor?.name}: ${error?.message}`);
    assert.equal(error.status, status);
    assert.equal(typeof error.error?.message, 'string', 'error.message is missing from the body');
    assert.equal(typeof error.error.type, 'string', 'error.type is missing from the body');
    return error.error.message;
  },
  isStreamError: error => error instanceof APIError || error instanceof TypeError,
};
