#pragma once

#include "base/byte_buffer.h"
#include "http/message.h"

namespace sluice::http {

// Appends the response as HTTP/1.1. The answer to a HEAD has no body but says how long it would be.
void AppendResponse(const Response& response, bool with_body, bool keep_alive, ByteBuffer* out);

// A response that is its status: "Not Found\n".
Response PlainResponse(int status);

}  // namespace sluice::http
