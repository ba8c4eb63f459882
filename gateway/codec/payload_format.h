#pragma once

#include "base/bytes.h"
#include "codec/properties.h"

namespace sluice::codec {

// Whether the payload is what Payload Format Indicator says of it: well-formed UTF-8 if that is 1
// (section 3.3.2.3.2), which a receiver may check and need not. U+0000 is a character like others.
bool FormatFits(const Properties& properties, ByteSpan payload);

}  // namespace sluice::codec
