#include "tools/identity_client.h"

#include <simdjson.h>

#include <chrono>
#include <thread>
#include <utility>

#include "tools/control.h"
#include "tools/json_members.h"

namespace sluice::tools {
namespace {

constexpr auto kPoll = std::chrono::milliseconds(20);
constexpr auto kPatience = std::chrono::seconds(10);

uint64_t NumberIn(const std::string& body, const char* key) {
  simdjson::dom::parser parser;
  const simdjson::padded_string padded(body);
  simdjson::dom::element answer;
  return parser.parse(padded).get(answer) == simdjson::SUCCESS ? Number(answer, key) : 0;
}

}  // namespace

Result<uint64_t> ChangeIdentity(const std::string& directory, const std::string& page,
                                const std::string& form) {
  auto response = AskControl(directory, "/identities/" + page, form);
  if (!response.ok()) return response.status();
  if (response->status == kConflict)
    return Status(StatusCode::kAlreadyExists, WhyNot(std::move(*response)));
  if (response->status != kAccepted) return Status::Unavailable(WhyNot(std::move(*response)));
  return NumberIn(response->body, "change");
}

Status AwaitSaved(const std::string& directory, uint64_t change) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    const auto response = AskControl(directory, "/identities/saved");
    if (!response.ok()) return response.status();
    if (NumberIn(response->body, "saved") >= change) return Status::Ok();
    if (std::chrono::steady_clock::now() >= deadline) {
      return Status::Unavailable(
          "it holds from now on, but is not on the disk yet; sluice status says why, and the "
          "gateway goes on trying");
    }
    std::this_thread::sleep_for(kPoll);
  }
}

}  // namespace sluice::tools
