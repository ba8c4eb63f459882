# bash completion for sluice

_sluice() {
  local cur prev words cword options
  _init_completion || return
  case $prev in
    --dir) _filedir -d; return ;;
    --ca | --cert | --key | --password-file | --state) _filedir; return ;;
    --mqtt-version) COMPREPLY=($(compgen -W '5 311' -- "$cur")); return ;;
    --clean-start) COMPREPLY=($(compgen -W 'true false' -- "$cur")); return ;;
    --reason)
      COMPREPLY=($(compgen -W 'no_profile payload_too_large invalid_json too_deep missing_member wrong_type no_reading
        no_device too_many_events invalid_text foreign_device invalid_payload no_birth refused_by_uplink unreadable' -- "$cur"))
      return
      ;;
    --admin | --bytes | --client-id | --count | --device | --from | --identity | --idle-exit | --limit | --name | --route | --since | --tail | \
      --topic | --until | --url | --username) return ;;
  esac
  if [ "$cword" -eq 1 ]; then
    COMPREPLY=($(compgen -W 'run check journal dead-letter identity enrol try profile status clients replay consume --help --version' -- "$cur"))
    return
  fi
  case ${words[1]} in
    check) options='--offline' ;;
    enrol) options='--ca --ca-key --out --days --password --psk --replace --dir --host --port --server-ca --for' ;;
    try) options='--topic --identity --members --log' ;;
    profile) [ "${words[2]}" != draft ] || options='--topic --log --name' ;;
    status) options='--dir --admin --json --watch' ;;
    clients) options='--dir --json' ;;
    identity)
      options='--dir'
      case ${words[2]} in
        add) options="$options --password-stdin --no-password --psk --psk-stdin --replace" ;;
        list) options="$options --json" ;;
        import) options="$options --replace" ;;
        enable | disable | remove | export) ;;
        *) options='' ;;
      esac
      ;;
    replay) options='--dir --route --from --dry-run --json' ;;
    consume)
      options='--url --topic --ca --cert --key --username --password-file --mqtt-version --client-id --clean-start
        --count --idle-exit --state'
      ;;
    journal)
      case ${words[2]} in
        ls) options='--segments' ;;
        cat) options='--from --tail --count --since --until --follow --json' ;;
      esac
      ;;
    dead-letter)
      options='--reason --device --topic --since --until'
      case ${words[2]} in
        ls) options="$options --group --all --limit --json" ;;
        show) options='--bytes --json' ;;
        purge) options="$options --all" ;;
        replay) options="$options --all --again --json" ;;
        *) options='' ;;
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
    profile)
      if [ "$cword" -eq 2 ]; then
        COMPREPLY=($(compgen -W 'draft' -- "$cur"))
      else
        _filedir
      fi
      ;;
    journal)
      if [ "$cword" -eq 2 ]; then
        COMPREPLY=($(compgen -W 'ls cat verify' -- "$cur"))
      else
        _filedir -d
      fi
      ;;
    identity)
      if [ "$cword" -eq 2 ]; then
        COMPREPLY=($(compgen -W 'add list enable disable remove import export' -- "$cur"))
      elif [[ ${words[2]} == import || ${words[2]} == export ]]; then
        _filedir
      fi
      ;;
    dead-letter)
      if [ "$cword" -eq 2 ]; then
        COMPREPLY=($(compgen -W 'ls show purge replay' -- "$cur"))
      else
        _filedir -d
      fi
      ;;
  esac
} && complete -F _sluice sluice
