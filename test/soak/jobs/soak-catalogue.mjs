/**
 * The shipped catalogue, and a model of every adapter with a deadline that a soak can wait for.
 *
 * @type {import('../../../catalogue/adopter-tools.ts').CatalogueFile}
 */
export const catalogue = ({ defineCatalogue, superscale, text, flat }) => {
  const [standard] = superscale.priceLists;
  const times = { expectedSeconds: 10, startDeadlineSeconds: 60, stuckSeconds: 90, deadlineSeconds: 120 };
  const model = (name, provider, remoteId, kind, cost, toInput) => ({
    ...{ name, provider, remoteId, cost, toInput },
    makes: { [kind]: { times } },
    minDeadlineSeconds: 3,
    maxDeadlineSeconds: 600,
    cancelRule: 'Cancel at any time before it is delivered and all of its credits return.',
  });
  // It may be waited for for half an hour.
  const patient = {
    expectedSeconds: 10,
    startDeadlineSeconds: 1_800,
    stuckSeconds: 2_000,
    deadlineSeconds: 3_000,
  };
  // Runs of five minutes, of which thousands are followed at once.
  const minutes = {
    expectedSeconds: 300,
    startDeadlineSeconds: 600,
    stuckSeconds: 1_200,
    deadlineSeconds: 1_800,
  };
  const long = { makes: { static_ad: { times: minutes } }, maxDeadlineSeconds: 3_600 };
  const ofBrief = ({ brief }) => ({ prompt: brief.headline });
  const ofLine = ({ line }) => ({ messages: [{ role: 'user', content: line }] });
  const said = ({ line }) => ({ input: line, voice: 'alloy', response_format: 'wav' });
  return defineCatalogue({
    ...superscale,
    kinds: [
      ...superscale.kinds,
      { name: 'script', fields: { line: text({ max: 200 }) }, mediaTypes: ['application/json'] },
      { name: 'voice', fields: { line: text({ max: 200 }) }, mediaTypes: ['audio/wav'] },
    ],
    models: [
      ...superscale.models,
      model('soak/gpu', 'gpu', 'flux-dev', 'static_ad', { per_call: '0.0040' }, ofBrief),
      {
        ...model('soak/patient', 'gpu', 'flux-dev', 'static_ad', { per_call: '0.0040' }, ofBrief),
        ...{ makes: { static_ad: { times: patient } }, maxDeadlineSeconds: 3_600 },
      },
      model('soak/replicate', 'replicate', 'soak/picture', 'static_ad', { per_call: '0.0390' }, ofBrief),
      {
        ...model('soak/long-polled', 'gpu', 'flux-dev', 'static_ad', { per_call: '0.0040' }, ofBrief),
        ...long,
      },
      {
        ...model('soak/long-told', 'replicate', 'soak/picture', 'static_ad', { per_call: '0.0390' }, ofBrief),
        ...long,
      },
      model('soak/fal', 'fal', 'fal-ai/flux/dev', 'static_ad', { per_call: '0.0250' }, ofBrief),
      model('soak/images', 'openai', 'images/gpt-image-1', 'static_ad', { per_call: '0.0400' }, ofBrief),
      model('soak/chat', 'openai', 'chat/gpt-5-mini', 'script', { per_call: '0.0050' }, ofLine),
      model('soak/speech', 'openai', 'speech/gpt-4o-mini-tts', 'voice', { per_call: '0.0150' }, said),
    ],
    priceLists: [
      {
        ...standard,
        name: 'soak',
        prices: { ...standard.prices, script: flat(5), voice: flat(10) },
      },
    ],
  });
};
