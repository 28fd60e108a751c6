/** Begin (where there are more than two accounts), choose, review. Nothing applies before Done, and a choice made on an older state is a conflict, never an overwrite. */
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Organization } from '../../../api/types';
import { PageHeader } from '../../../components/states';
import { useT } from '../../../i18n';
import { arrowsOf } from '../edges';
import { Choose } from './choose';
import { type Draft, begun } from './draft';
import { Review } from './review';
import { Start } from './start';

type Step = 'start' | 'choose' | 'review';

export function Configure({ organization, close }: { organization: Organization; close: () => void }) {
  const t = useT();
  const asks = organization.members.length > 2;
  const [draft, setDraft] = useState<Draft>(() => begun(organization));
  const [step, setStep] = useState<Step>(asks ? 'start' : 'choose');
  const heading = useRef<HTMLHeadingElement>(null);
  const arrows = useMemo(() => arrowsOf(draft.organization), [draft.organization]);
  useEffect(() => { heading.current?.focus(); }, [step]);
  const steps: Step[] = asks ? ['start', 'choose', 'review'] : ['choose', 'review'];
  const word = { start: t('start.step'), choose: t('conf.choose'), review: t('conf.review') }[step];
  return (
    <>
      <PageHeader title={t('org.configure')} text={`${organization.name} · ${word} (${steps.indexOf(step) + 1}/${steps.length})`} />
      <h2 ref={heading} tabIndex={-1} className="visually-hidden">{word}</h2>
      {step === 'start' && <Start draft={draft} setDraft={(next) => { setDraft(next); setStep('choose'); }} cancel={close} />}
      {step === 'choose' && <Choose draft={draft} arrows={arrows} setDraft={setDraft} cancel={close} next={() => setStep('review')} templates={asks ? () => setStep('start') : undefined} />}
      {step === 'review' && <Review draft={draft} arrows={arrows} setDraft={setDraft} back={() => setStep('choose')} done={close} />}
    </>
  );
}
