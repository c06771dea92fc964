import type { SKRSContext2D } from '@napi-rs/canvas';
import { cssOf } from '../color/color.ts';
import type { Pose } from './composition.ts';
import { drawActor } from './draw-actor.ts';
import { blend, easeInOut, easeOut, easeOutBack } from './easing.ts';
import type { CastMember, FilmPlan } from '../film/film-plan.ts';
import { applyFont, baselineOf, startOfLine } from '../text/fit-text.ts';
import type { ShotLayer } from './shot-layer.ts';

/** Seconds. Shapes move first, the ground follows them, and text comes when there is room for it. */
const MOVE_SECONDS = 1.1;
const WIPE_SECONDS = 0.85;
const TEXT_ENTERS_AFTER = 0.65;
const LINE_SECONDS = 0.75;
const LINE_STAGGER = 0.1;
const TEXT_LEAVES_BEFORE = 0.32;
const ACTOR_STAGGER = 0.06;

/** Shares of width and height. Apps cover the top 12 % and the bottom 18 % of a film with their controls. */
const CARDS_WIDTH = 0.62;
const CARDS_MARGIN = 0.05;
const CARDS_TOP = 0.115;
const CARDS_BOTTOM = 0.83;

/** Draws the film's picture at a time. */
export function drawFilmFrame(context: SKRSContext2D, plan: FilmPlan, seconds: number): void {
  const index = Math.max(
    0,
    plan.shots.findLastIndex(({ shot }) => shot.startSeconds <= seconds),
  );
  const layer = plan.shots[index];
  if (layer === undefined) return;
  const since = seconds - layer.shot.startSeconds;
  drawGrounds(context, plan, index, since);
  plan.cast.forEach((member, actor) => {
    drawActor(context, member.sprite, poseAt(member, actor, index, since, seconds, plan.format.width));
  });
  drawCards(context, plan, index, since);
  const isLast = index === plan.shots.length - 1;
  drawShotText(context, layer, since, isLast ? Infinity : layer.shot.endSeconds - seconds);
  drawShotButton(context, layer, since);
}

/** The new ground opens as a circle from behind the shapes, over the old one. */
function drawGrounds(context: SKRSContext2D, plan: FilmPlan, index: number, since: number): void {
  const { width, height } = plan.format;
  const [before, now] = [plan.grounds[index - 1], plan.grounds[index]];
  if (now === undefined) return;
  const isOpen = before === undefined || since >= WIPE_SECONDS;
  context.drawImage(isOpen ? now : before, 0, 0);
  if (isOpen) return;
  const radius = easeInOut(since / WIPE_SECONDS) * Math.hypot(width, height);
  const stage = plan.shots[index]?.stage;
  context.save();
  context.beginPath();
  context.arc(
    width * 0.5,
    stage === undefined ? height : stage.top + stage.height / 2,
    radius,
    0,
    Math.PI * 2,
  );
  context.clip();
  context.drawImage(now, 0, 0);
  context.restore();
}

/**
 * Returns the pose of a shape between the shot before and this one, with a slow drift. In the first shot shapes grow
 * out of nothing.
 */
function poseAt(
  { poses }: CastMember,
  actor: number,
  index: number,
  since: number,
  seconds: number,
  width: number,
): Pose {
  const to = poses[index] ?? { x: 0, y: 0, size: 0, turn: 0 };
  const from = poses[index - 1] ?? { ...to, size: 0, turn: to.turn - 1.2 };
  const progress = (since - actor * ACTOR_STAGGER) / MOVE_SECONDS;
  const share = index === 0 ? easeOutBack(progress) : easeInOut(progress);
  const drift = width * 0.011;
  return {
    x: blend(from.x, to.x, share) + Math.sin(seconds * 0.7 + actor * 1.9) * drift,
    y: blend(from.y, to.y, share) + Math.sin(seconds * 0.9 + actor * 2.6) * drift,
    size: Math.max(0, blend(from.size, to.size, share)),
    turn: blend(from.turn, to.turn, share) + Math.sin(seconds * 0.5 + actor) * 0.09,
  };
}

/**
 * Draws the customer's pictures. They fade in with the first shot, and move from one shot's corner to the next's, clear
 * of the text and of the apps' controls.
 */
function drawCards(context: SKRSContext2D, plan: FilmPlan, index: number, since: number): void {
  const { cards, format } = plan;
  if (cards === null) return;
  const scale = Math.min(1, (format.width * CARDS_WIDTH) / cards.width);
  const heightOf = cards.height * scale;
  const topOf = (shot: ShotLayer | undefined) =>
    shot?.textIs === 'above' ? format.height * CARDS_BOTTOM - heightOf : format.height * CARDS_TOP;
  const [to, from] = [topOf(plan.shots[index]), topOf(plan.shots[index - 1] ?? plan.shots[index])];
  const y = blend(from, to, easeInOut(since / MOVE_SECONDS));
  context.save();
  context.globalAlpha = index === 0 ? easeOut((since - 0.2) / 0.5) : 1;
  context.drawImage(
    cards,
    format.width * (1 - CARDS_MARGIN) - cards.width * scale,
    y,
    cards.width * scale,
    heightOf,
  );
  context.restore();
}

/** Each line rises out of its own baseline, one after the other; all leave upwards together. */
function drawShotText(context: SKRSContext2D, layer: ShotLayer, since: number, left: number): void {
  const { text, textX, textY, columnWidth, palette } = layer;
  const leaving = left < TEXT_LEAVES_BEFORE ? 1 - left / TEXT_LEAVES_BEFORE : 0;
  if (leaving >= 1) return;
  applyFont(context, text);
  context.fillStyle = cssOf(palette.ink, 1 - leaving);
  text.lines.forEach((line, row) => {
    const entered = easeOut((since - TEXT_ENTERS_AFTER - row * LINE_STAGGER) / LINE_SECONDS);
    if (entered <= 0) return;
    const baseline = textY + baselineOf(text, row);
    context.save();
    context.beginPath();
    context.rect(
      0,
      baseline - text.size * text.reach.above,
      layer.stage.width,
      text.size * (text.reach.above + text.reach.below),
    );
    context.clip();
    const shift = (1 - entered) * text.size * 1.25 - leaving ** 2 * text.size * 0.5;
    context.fillText(line, startOfLine(text, textX, columnWidth), baseline + shift);
    context.restore();
  });
}

/** Draws the button, which pops up after the last line and then pulses slowly. */
function drawShotButton(context: SKRSContext2D, { button, text }: ShotLayer, since: number): void {
  if (button === null) return;
  const entered = since - TEXT_ENTERS_AFTER - text.lines.length * LINE_STAGGER - 0.25;
  if (entered <= 0) return;
  const breath = 1 + 0.018 * Math.sin(Math.max(0, entered - 0.6) * 3.4);
  const scale = easeOutBack(entered / 0.6) * breath;
  const { canvas, x, y } = button;
  context.save();
  context.globalAlpha = easeOut(entered / 0.3);
  context.translate(x + canvas.width / 2, y + canvas.height / 2);
  context.scale(scale, scale);
  context.drawImage(canvas, -canvas.width / 2, -canvas.height / 2);
  context.restore();
}
