#pragma once

#include <cstddef>
#include <string>

#include "schema/event_view.h"
#include "tools/dead_letters.h"

namespace sluice::tools {

// What `sluice dead-letter` prints of a letter; all append whole lines to `out`.

// "17 2026-11-26T14:00:00.250Z invalid_json sensor devices/sensor/x: expected a value at byte 0".
void AppendLetterLine(const Letter& letter, std::string* out);

// The same for programs: {"offset":…,"time":…,"reason":…,"text":…,"kind":"message"|"event",
// "device":…,"identity":…,"topic":…,"profile":…,"route":…,"event_id":…,"bytes":…,"kept_bytes":…,
// "handled":…,"replay":"failed"|"begun"|"undecided"}; without what the letter lacks of profile,
// route, event_id and replay.
void AppendLetterJson(const Letter& letter, std::string* out);

// Everything, in several lines: the payload as text when it is plain text, else as a hex dump, at
// most `max_bytes` of it (0: all that is kept); a refused event as `journal cat --json` prints it.
// `original` is scratch.
void AppendLetter(const Letter& letter, size_t max_bytes, schema::EventView* original,
                  std::string* out);

// The line of AppendLetterJson with "time_source", "traceparent" and "attributes" where there are
// some, and what is kept: "event", or "payload" when that is text and "payload_base64" when it is
// not.
void AppendWholeLetterJson(const Letter& letter, schema::EventView* original, std::string* out);

}  // namespace sluice::tools
