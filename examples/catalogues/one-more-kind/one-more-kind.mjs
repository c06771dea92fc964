/**
 * The shipped catalogue, and one kind more: a picture of a menu, priced by its lines, from the sandbox.
 *
 * @type {import('../../../catalogue/adopter-tools.ts').CatalogueFile}
 */
export const catalogue = ({ defineCatalogue, superscale, z, text, flat, perUnit, sum }) => {
  const [standard] = superscale.priceLists;
  return defineCatalogue({
    ...superscale,
    kinds: [
      ...superscale.kinds,
      {
        name: 'menu_card',
        fields: { title: text({ max: 60 }), lines: z.int().min(1).max(40) },
        mediaTypes: ['image/png'],
        priceFields: ['lines'],
        supportFields: ['lines'],
      },
    ],
    models: [
      ...superscale.models,
      {
        name: 'menus/sandbox',
        provider: 'local',
        makes: {
          menu_card: {
            times: { expectedSeconds: 10, startDeadlineSeconds: 18, stuckSeconds: 20, deadlineSeconds: 300 },
          },
        },
        minDeadlineSeconds: 3,
        maxDeadlineSeconds: 600,
        isSandbox: true,
        cancelRule: 'Cancel at any time before it is delivered and all of its credits return.',
        toInput: ({ title, lines }) => ({
          kind: 'static_ad',
          brief: { headline: title, body: `${lines} dishes` },
        }),
      },
    ],
    priceLists: [
      {
        ...standard,
        name: 'menus',
        prices: { ...standard.prices, menu_card: sum(flat(20), perUnit('line', 'lines', { credits: 1 })) },
      },
    ],
  });
};
