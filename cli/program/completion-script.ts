import type { Argument, Command, Option } from 'commander';
import { CliCommand } from './cli-command.ts';

/** The shells that a script can be made for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** A node of the command tree, by its path (`job list`), with the words that may follow. */
type Place = { readonly path: string; readonly words: readonly Word[] };
type Word = { readonly text: string; readonly about: string };

/** A completion script of a program's commands, options and choices, made from the program. */
export function completionScript(program: Command, shell: Shell): string {
  const places = placesOf(program, []);
  switch (shell) {
    case 'bash':
      return bash(places);
    case 'zsh':
      return zsh(places);
    case 'fish':
      return fish(places);
  }
}

function placesOf(command: Command, path: readonly string[]): readonly Place[] {
  const unnamed = command instanceof CliCommand ? command.unnamed : undefined;
  const meant = unnamed === undefined ? [command] : [command, unnamed];
  const options = meant.flatMap((one) => one.options);
  const own: Place = {
    path: path.join(' '),
    words: [
      ...command.commands.map((one) => ({ text: one.name(), about: one.description() })),
      ...meant.flatMap((one) => one.registeredArguments).flatMap(choicesOf),
      ...options.map((option) => ({ text: option.long ?? option.flags, about: option.description })),
      { text: '--help', about: 'what it does' },
    ],
  };
  const choices = options.filter((option) => (option.argChoices ?? []).length > 0);
  return [
    own,
    ...choices.map((option) => ({ path: [...path, option.long].join(' '), words: choicesOf(option) })),
    ...command.commands.flatMap((one) => placesOf(one, [...path, one.name()])),
  ];
}

function choicesOf({ argChoices = [], description }: Argument | Option): readonly Word[] {
  return argChoices.map((text) => ({ text, about: description }));
}

/** The place is the longest known run of words; after an option with choices, those choices. */
const FIND_PLACE = `  local place='' word last='' option
  for word in "\${words_before[@]}"; do
    last="$word"
    case "$word" in -*) continue ;; esac
    if [ -n "\${_holdfast_words[\${place:+$place }$word]+there}" ]; then place="\${place:+$place }$word"; fi
  done
  option="\${place:+$place }$last"
  case "$last" in -*) if [ -n "\${_holdfast_words[$option]+there}" ]; then place="$option"; fi ;; esac`;

function bash(places: readonly Place[]): string {
  return `# bash completion of holdfast: eval "$(holdfast completion bash)"
declare -A _holdfast_words=(
${table(places)}
)
_holdfast() {
  local words_before=("\${COMP_WORDS[@]:1:COMP_CWORD-1}")
${FIND_PLACE}
  COMPREPLY=($(compgen -W "\${_holdfast_words[\${place:-holdfast}]}" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _holdfast holdfast
`;
}

function zsh(places: readonly Place[]): string {
  return `#compdef holdfast
# zsh completion of holdfast: eval "$(holdfast completion zsh)", after compinit
typeset -gA _holdfast_words=(
${table(places)}
)
_holdfast() {
  local -a words_before=("\${(@)words[2,CURRENT-1]}")
${FIND_PLACE}
  compadd -- \${=_holdfast_words[\${place:-holdfast}]}
  _files
}
compdef _holdfast holdfast
`;
}

/** An associative array: the program itself is \`holdfast\`, since a key may not be empty. */
function table(places: readonly Place[]): string {
  return places
    .map(({ path, words }) => {
      const key = path === '' ? 'holdfast' : path;
      return `  ["${key}"]="${words.map(({ text }) => text).join(' ')}"`;
    })
    .join('\n');
}

function fish(places: readonly Place[]): string {
  const cases = places.map(({ path, words }) => {
    const rows = words.flatMap(({ text, about }) => [text, about]).map(quotedForFish);
    return `        case ${quotedForFish(path)}\n            printf '%s\\t%s\\n' ${rows.join(' ')}`;
  });
  return `# fish completion of holdfast: holdfast completion fish | source
set -g __holdfast_places ${places.map(({ path }) => quotedForFish(path)).join(' ')}
function __holdfast_offer
    set -l words (commandline -opc)[2..-1]
    set -l place ''
    for word in $words
        string match -q -- '-*' $word; and continue
        set -l next (string trim "$place $word")
        contains -- $next $__holdfast_places; and set place $next
    end
    if set -q words[-1]; and string match -q -- '-*' $words[-1]
        set -l option (string trim "$place $words[-1]")
        contains -- $option $__holdfast_places; and set place $option
    end
    switch "$place"
${cases.join('\n')}
    end
end
complete -c holdfast -a '(__holdfast_offer)'
`;
}

function quotedForFish(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '’')}'`;
}
