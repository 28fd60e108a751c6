import { expect, test } from 'vitest';
import { activities, codesOf, widthOf, withWidth } from './permissions';

test('a deed reaches as far as its code says, and nowhere without one', () => {
  const codes = ['contacts.view.everything', 'contacts.edit.owned', 'import'];
  expect(widthOf(codes, 'contacts', 'view')).toBe('everything');
  expect(widthOf(codes, 'contacts', 'edit')).toBe('owned');
  expect(widthOf(codes, 'contacts', 'delete')).toBe('none');
  expect(widthOf(codes, 'companies', 'view')).toBe('none');
});

test('another reach replaces the one before, for all types of a row, and leaves the rest', () => {
  const codes = withWidth(codesOf(), activities, 'view', 'owned');
  expect(activities.map((type) => widthOf(codes, type, 'view'))).toEqual(['owned', 'owned', 'owned', 'owned']);
  expect(codes.filter((code) => code.startsWith('notes.view'))).toEqual(['notes.view.owned']);
  expect(widthOf(codes, 'notes', 'edit')).toBe('everything');
  expect(withWidth(['import', 'deals.delete.owned'], ['deals'], 'delete', 'none')).toEqual(['import']);
});
