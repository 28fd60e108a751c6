import { expect, it } from 'vitest';
import { ApiError } from '../api/client';
import { asksProof } from './proved';

it('the refusal names the act and the subject to prove', () => {
  const refusal = new ApiError(403, { category: 'STEP_UP_NEEDED', subCategory: 'STEP_UP_NEEDED', context: { act: ['organization.create'], subject: ['2,3'] } });
  expect(asksProof(refusal)).toEqual({ act: 'organization.create', subject: '2,3' });
  expect(asksProof(new ApiError(403, { subCategory: 'NOT_SUPER_ADMIN' }))).toBe(null);
  expect(asksProof(new Error('x'))).toBe(null);
});
