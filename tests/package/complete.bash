#!/bin/bash
# usage: complete.bash COMPLETION [WORD...]
#
# Prints, a line each, what bash offers when Tab is pressed at the end of the last word. Needs bash-completion.
set +o history
. /usr/share/bash-completion/bash_completion
. "$1"
shift
COMP_WORDS=(sluice "$@")
COMP_CWORD=$#
COMP_LINE="${COMP_WORDS[*]}"
COMP_POINT=${#COMP_LINE}
COMP_TYPE=9
COMP_KEY=9
_sluice
printf '%s\n' "${COMPREPLY[@]}"
