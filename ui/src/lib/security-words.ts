/** What an entry of the security history says beside its act, in words. The CSV file keeps the product's own names. */
import { maybeT } from '../i18n';
import { OBJECTS } from './objects';
import type { ListType } from '../api/types';

const ofRecords = /^crm\.(?:objects|schemas)\.([a-z]+)\.(read|write)$/;

/** One word of it: a way to sign in, what a factor was shown for, a field of a policy, a scope. Everything else is a name somebody gave. */
export function detailWords(word: string): string {
  const records = ofRecords.exec(word);
  if (records) {
    const type = OBJECTS[records[1] as ListType] as (typeof OBJECTS)[ListType] | undefined;
    const deed = word.startsWith('crm.schemas') ? 'define' : records[2];
    return type ? `${maybeT(type.label) ?? records[1]}: ${maybeT(`scope.${deed}`) ?? deed}` : word;
  }
  if (word === '*') return maybeT('scope.all') ?? word;
  return maybeT(`securityLog.detail.${word}`) ?? maybeT(`stepUp.act.${word}`) ?? maybeT(`scope.${word}`) ?? word;
}
