import t from 'tap';
import { dark, light, shapePairs, textPairs } from '../../reports/html/palette.ts';

/** Relative luminance of `#rrggbb`, WCAG 2.2. */
function luminance(colour: string): number {
  const channel = (at: number) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

t.test('the measure itself', async (t) => {
  t.equal(contrast('#000000', '#ffffff'), 21);
  t.equal(contrast('#777777', '#ffffff').toFixed(2), '4.48');
});

for (const [name, theme] of Object.entries({ light, dark })) {
  t.test(`${name}: text can be read`, async (t) => {
    for (const [text, background] of textPairs) {
      const ratio = contrast(theme[text], theme[background]);
      t.ok(ratio >= 4.5, `${text} on ${background}: ${ratio.toFixed(2)}`);
    }
  });
  t.test(`${name}: lines and shapes can be seen`, async (t) => {
    for (const [shape, background] of shapePairs) {
      const ratio = contrast(theme[shape], theme[background]);
      t.ok(ratio >= 3, `${shape} on ${background}: ${ratio.toFixed(2)}`);
    }
  });
}
