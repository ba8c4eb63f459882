#pragma once

#include "client/end.h"
#include "client/outbound_flow.h"
#include "codec/reason_code.h"
#include "forward/refusal.h"
#include "forward/uplink.h"

namespace sluice::uplink_mqtt {

// What an answer with this reason code, an error, means; see client::IsRefusedForGood.
forward::Refusal RefusalOf(codec::ReasonCode reason);
// What it means that the client did not send a message.
forward::Refusal RefusalOf(client::PublishResult result);

// The server sent what the protocol does not allow it to, and the client ended the connection.
bool BrokeRules(client::EndCause cause);
// How a connection ended, with what to do about it; see client::AdviceOn.
forward::UplinkEnd UplinkEndOf(const client::End& end);

}  // namespace sluice::uplink_mqtt
