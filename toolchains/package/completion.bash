# bash completion for sluice

_sluice() {
  local cur prev words cword options
  _init_completion || return
  case $prev in
    --dir) _filedir -d; return ;;
    --ca | --cert | --key | --password-file | --state) _filedir; return ;;
    --mqtt-version) COMPREPLY=($(compgen -W '5 311' -- "$cur")); return ;;
    --clean-start) COMPREPLY=($(compgen -W 'true false' -- "$cur")); return ;;
    --admin | --client-id | --count | --from | --identity | --idle-exit | --topic | --url | --username) return ;;
  esac
  if [ "$cword" -eq 1 ]; then
    COMPREPLY=($(compgen -W 'run check journal try status consume --help --version' -- "$cur"))
    return
  fi
  case ${words[1]} in
    check) options='--offline' ;;
    try) options='--topic --identity' ;;
    status) options='--dir --admin --json --watch' ;;
    consume)
      options='--url --topic --ca --cert --key --username --password-file --mqtt-version --client-id --clean-start
        --count --idle-exit --state'
      ;;
    journal)
      case ${words[2]} in
        ls) options='--segments' ;;
        cat) options='--from --count --json' ;;
      esac
      ;;
  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$options --help" -- "$cur"))
    return
  fi
  case ${words[1]} in
    run | check) _filedir toml ;;
    try) _filedir ;;
    journal)
      if [ "$cword" -eq 2 ]; then
        COMPREPLY=($(compgen -W 'ls cat verify' -- "$cur"))
      else
        _filedir -d
      fi
      ;;
  esac
} && complete -F _sluice sluice
