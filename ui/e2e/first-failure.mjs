// A reporter that says only what failed first. The journeys share one server, so whatever fails after it may be nothing but its consequence.
export default async function* firstFailure(events) {
  let first;
  for await (const { type, data } of events) {
    // A suite fails because of a test in it, which has been told before.
    if (type === 'test:fail' && !first && data.details?.type !== 'suite') first = data;
  }
  if (!first) return;
  const { cause = first.details.error } = first.details.error;
  yield `\nFailed first: ${first.name} (${first.file?.split('/').pop()}:${first.line})\n${cause.stack ?? cause.message ?? cause}\n`;
}
