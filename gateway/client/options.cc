#include "client/options.h"

#include "codec/topic.h"
#include "codec/utf8.h"

namespace sluice::client {
namespace {

Status CheckText(std::string_view what, std::string_view text) {
  if (text.size() > codec::kMaxFieldBytes) {
    return Status::InvalidArgument(std::string(what) + " is longer than MQTT can say");
  }
  if (codec::CheckUtf8(AsBytes(text)) == codec::Utf8State::kOk) return Status::Ok();
  return Status::InvalidArgument(std::string(what) + " is not UTF-8 without null characters");
}

Status CheckBytes(std::string_view what, std::string_view bytes) {
  if (bytes.size() <= codec::kMaxFieldBytes) return Status::Ok();
  return Status::InvalidArgument(std::string(what) + " is longer than MQTT can say");
}

Status CheckWill(const Will& will) {
  SLUICE_RETURN_IF_ERROR(CheckText("the topic of the will", will.topic));
  SLUICE_RETURN_IF_ERROR(CheckBytes("the payload of the will", will.payload));
  SLUICE_RETURN_IF_ERROR(CheckText("the content type of the will", will.content_type));
  SLUICE_RETURN_IF_ERROR(CheckText("the response topic of the will", will.response_topic));
  SLUICE_RETURN_IF_ERROR(CheckBytes("the correlation data of the will", will.correlation_data));
  for (const auto& [name, value] : will.user_properties) {
    SLUICE_RETURN_IF_ERROR(CheckText("a user property of the will", name));
    SLUICE_RETURN_IF_ERROR(CheckText("a user property of the will", value));
  }
  if (!codec::IsTopicName(will.topic)) {
    return Status::InvalidArgument("the topic of the will is no topic name");
  }
  if (!will.response_topic.empty() && !codec::IsTopicName(will.response_topic)) {
    return Status::InvalidArgument("the response topic of the will is no topic name");
  }
  return Status::Ok();
}

}  // namespace

Status CheckOptions(const Options& options) {
  SLUICE_RETURN_IF_ERROR(CheckText("the client identifier", options.client_id));
  if (options.user_name) SLUICE_RETURN_IF_ERROR(CheckText("the user name", *options.user_name));
  if (options.password) SLUICE_RETURN_IF_ERROR(CheckBytes("the password", *options.password));
  if (options.will) SLUICE_RETURN_IF_ERROR(CheckWill(*options.will));
  if (options.receive_maximum == 0 || options.max_in_flight == 0) {
    return Status::InvalidArgument("a window of no message");
  }
  if (options.version == codec::Version::kV5) return Status::Ok();
  if (options.password && !options.user_name) {  // [MQTT-3.1.2-22]
    return Status::InvalidArgument("a password without a user name in MQTT 3.1.1");
  }
  if (options.client_id.empty() && !options.clean_start) {  // [MQTT-3.1.3-7]
    return Status::InvalidArgument("a session to be kept, and no client identifier");
  }
  return Status::Ok();
}

}  // namespace sluice::client
