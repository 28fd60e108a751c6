/** The browser says beside a field what it misses, in its own language; here it says so in hers. */
import { translate } from '../i18n';

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
const isField = (target: EventTarget | null): target is Field => target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;

function words({ validity, ...field }: { validity: ValidityState; minLength?: number }): string {
  if (validity.valueMissing) return translate('field.needed');
  if (validity.typeMismatch) return translate('code.EMAIL_INVALID');
  if (validity.tooShort) return translate('field.tooShort', { n: field.minLength ?? 0 });
  return '';
}

export function speakOfFields() {
  document.addEventListener('invalid', ({ target }) => {
    if (!isField(target)) return;
    target.setCustomValidity('');
    target.setCustomValidity(words({ validity: target.validity, minLength: target instanceof HTMLSelectElement ? undefined : target.minLength }));
  }, true);
  // What was said holds for what stood there.
  document.addEventListener('input', ({ target }) => isField(target) && target.setCustomValidity(''), true);
}
