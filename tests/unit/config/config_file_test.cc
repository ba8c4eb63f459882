#include "config/config_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <regex>
#include <sstream>

#include "config/memory_plan.h"
#include "journal/open_stream.h"
#include "support/temporary_directory.h"

namespace sluice::config {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr const char* kExample = SLUICE_SOURCE_DIR "/gateway/docs/gateway.toml";

constexpr std::string_view kSmallest = R"([gateway]
id = "g"
data_dir = "data"
profiles = "profiles"
[[listener]]
bind = "127.0.0.1:0"
plaintext = true
anonymous = true
[[access]]
publish = ["#"]
speaks_for = ["*"]
)";

std::string Read(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

class ConfigFileTest : public ::testing::Test {
 protected:
  Config Load(const std::string& text) {
    auto loaded = ParseConfig("/etc/sluice/g.toml", text);
    EXPECT_TRUE(loaded.ok()) << loaded.status().message();
    return loaded.ok() ? loaded->config : Config();
  }
  std::string Mistake(const std::string& text) {
    const auto loaded = ParseConfig("g.toml", text);
    EXPECT_FALSE(loaded.ok());
    return loaded.ok() ? "" : loaded.status().message();
  }
  std::string With(const std::string& more) { return std::string(kSmallest) + more; }
};

// CloudEvents' binding for MQTT knows no batches.
TEST_F(ConfigFileTest, JsonIsOneEventAMessageUnlessBatchesAreAskedFor) {
  const auto max_events = [this](const std::string& route) {
    return Load(With("[[stream]]\nname = \"s\"\ntopics = [\"#\"]\n[[uplink]]\nname = \"u\"\n"
                     "url = \"mqtt://h\"\n[[route]]\nfrom = \"s\"\nto = \"u\"\n" +
                     route))
        .routes.at(0)
        .batch.max_events;
  };
  EXPECT_EQ(max_events(""), 100u);
  EXPECT_EQ(max_events("format = \"json\""), 1u);
  EXPECT_EQ(max_events("batch = { linger = \"1s\" }\nformat = \"json\""), 1u);
  EXPECT_EQ(max_events("format = \"json\"\nbatch = { max_events = 50 }"), 50u);
}

TEST_F(ConfigFileTest, ExampleIsCorrectAndMeansWhatItSays) {
  const Config config = Load(Read(kExample));
  EXPECT_EQ(config.gateway.id, "greenhouse-7");
  EXPECT_EQ(config.gateway.data_dir, "/etc/sluice/data");
  ASSERT_THAT(config.listeners, SizeIs(1));
  EXPECT_EQ(config.listeners[0].tls.cert, "/etc/sluice/server.crt");
  ASSERT_THAT(config.streams, SizeIs(2));
  EXPECT_THAT(config.streams[0].topics, ElementsAre("devices/#", "zigbee2mqtt/#"));
  EXPECT_EQ(config.streams[0].segment_bytes, 16u << 20);
  ASSERT_THAT(config.routes, SizeIs(1));
  EXPECT_EQ(config.routes[0].name, "telemetry-cloud");
  EXPECT_EQ(config.access[1].identity, "zigbee-hub-*");
}

// Every commented-out key is a real one, and its value is accepted.
TEST_F(ConfigFileTest, ExampleWithEveryKeyWrittenOutIsCorrect) {
  const std::string text =
      std::regex_replace(Read(kExample), std::regex("\n# *([a-z_0-9]+ *= )"), "\n$1");
  ASSERT_NE(text, Read(kExample));
  const Config config = Load(text);
  EXPECT_EQ(config.uplinks[0].username, "greenhouse-7");
  EXPECT_EQ(config.uplinks[0].password_file, "/etc/sluice/uplink.password");
  EXPECT_EQ(config.journal.max_bytes, 1u << 30);
  EXPECT_EQ(config.routes[0].max_age, std::chrono::hours(168));
}

// The example shows defaults as they are, but for a few keys whose default is to have none.
TEST_F(ConfigFileTest, CommentedValuesAreTheDefaults) {
  const std::string text =
      std::regex_replace(Read(kExample), std::regex("\n# *([a-z_0-9]+ *= )"), "\n$1");
  const Config written = Load(text);
  Config defaults = Load(Read(kExample));
  defaults.admin.hosts = written.admin.hosts;
  defaults.journal.max_bytes = written.journal.max_bytes;
  defaults.journal.daily_write_budget = written.journal.daily_write_budget;
  defaults.limits.subscription_bytes = written.limits.subscription_bytes;
  defaults.mqtt.server_keep_alive = written.mqtt.server_keep_alive;
  defaults.mqtt.response_information = written.mqtt.response_information;
  defaults.streams[0].keep = written.streams[0].keep;
  defaults.uplinks[0].username = written.uplinks[0].username;
  defaults.uplinks[0].password_file = written.uplinks[0].password_file;
  defaults.uplinks[0].username_file = written.uplinks[0].username_file;
  defaults.uplinks[0].proxy = written.uplinks[0].proxy;
  defaults.uplinks[0].status_topic = written.uplinks[0].status_topic;
  defaults.uplinks[0].client = written.uplinks[0].client;
  defaults.routes[0].max_age = written.routes[0].max_age;
  defaults.listeners[0].websocket = ListenerWebSocketConfig{};
  defaults.listeners[0].tls.crl = written.listeners[0].tls.crl;
  defaults.access[0].share = written.access[0].share;
  defaults.access[0].except = written.access[0].except;
  EXPECT_EQ(written.gateway, defaults.gateway);
  EXPECT_EQ(written.admin, defaults.admin);
  EXPECT_EQ(written.limits, defaults.limits);
  EXPECT_EQ(written.mqtt, defaults.mqtt);
  EXPECT_EQ(written.journal, defaults.journal);
  EXPECT_EQ(written.listeners, defaults.listeners);
  EXPECT_EQ(written.streams, defaults.streams);
  EXPECT_EQ(written.uplinks, defaults.uplinks);
  EXPECT_EQ(written.routes, defaults.routes);
  EXPECT_EQ(written.access, defaults.access);
  EXPECT_EQ(written, defaults);
}

TEST_F(ConfigFileTest, SmallestConfigurationIsABrokerWithoutStreams) {
  const Config config = Load(std::string(kSmallest));
  EXPECT_THAT(config.streams, SizeIs(0));
}

TEST_F(ConfigFileTest, DeadLettersExistWhereThereIsAStream) {
  const Config config = Load(With("[[stream]]\nname = \"t\"\n"));
  ASSERT_THAT(config.streams, SizeIs(2));
  EXPECT_EQ(config.streams[1].name, "dead-letters");
  EXPECT_THAT(config.streams[1].topics, SizeIs(0));
}

TEST_F(ConfigFileTest, SmallestStreamOfDeadLettersTakesOne) {
  const std::string name = "[[stream]]\nname = \"t\"\n[[stream]]\nname = \"dead-letters\"\n";
  EXPECT_THAT(Mistake(With(name + "max_bytes = \"64KiB\"\n")),
              HasSubstr("stream.max_bytes must be at least 128 KiB"));
  EXPECT_THAT(Mistake(With(name + "segment_bytes = \"16KiB\"\n")),
              HasSubstr("stream.segment_bytes must be at least 32 KiB"));
  const Config config = Load(With(name + "max_bytes = \"128KiB\"\n"));
  const auto plan = PlanMemory(config);
  ASSERT_TRUE(plan.ok()) << plan.status().message();
  const auto checked = journal::CheckedOptions(ToStreamOptions(config, *plan)[1]);
  ASSERT_TRUE(checked.ok()) << checked.status().message();
  EXPECT_GE((*checked).max_event_bytes, ingest::Ingest::kMinDeadLetterBytes);
}

TEST_F(ConfigFileTest, UplinkHasSeveralServers) {
  const auto uplink = [&](const std::string& url, const std::string& more = "client = \"mqtt\"\n") {
    return With("[[uplink]]\nname = \"u\"\nurl = " + url + "\n" + more);
  };
  const UplinkConfig several =
      Load(uplink(R"(["mqtt://a", "mqtts://b:1", "wss://c/x"])")).uplinks[0];
  EXPECT_EQ(several.urls(), "mqtt://a, mqtts://b:1, wss://c/x");
  EXPECT_TRUE(several.uses_tls());
  EXPECT_NE(several.ca, "");
  const uplink_mqtt::MqttOptions options = ToMqttOptions(several);
  EXPECT_EQ(options.url.host, "a");
  ASSERT_EQ(options.others.size(), 2u);
  EXPECT_EQ(options.others[1].path, "/x");
  // Each of them may take as long as one.
  EXPECT_EQ(ToSharedUplinkOptions(several).connect_timeout, std::chrono::seconds(75));
  EXPECT_THAT(Mistake(uplink("[]")), HasSubstr("uplink.url must not be empty"));
  EXPECT_THAT(Mistake(uplink(R"(["mqtt://a", "nonsense"])")), HasSubstr("uplink.url 'nonsense'"));
}

TEST_F(ConfigFileTest, WhatPahoIsNotAskedToDoIsRefusedByName) {
  const auto mistake = [&](const std::string& url, const std::string& more) {
    return Mistake(With("[[uplink]]\nname = \"u\"\nclient = \"paho\"\nurl = " + url + "\n" + more));
  };
  EXPECT_THAT(mistake(R"(["mqtt://a", "mqtt://b"])", ""),
              HasSubstr("uplink.url of several servers needs client = \"mqtt\""));
  EXPECT_THAT(mistake(R"("ws://a")", ""), HasSubstr("uplink.url with ws:// or wss://"));
  EXPECT_THAT(mistake(R"("mqtt://a")", "proxy = \"http://p\"\n"), HasSubstr("uplink.proxy needs"));
  EXPECT_THAT(mistake(R"("mqtt://a")", "status_topic = \"s\"\n"),
              HasSubstr("uplink.status_topic needs"));
  EXPECT_THAT(mistake(R"("mqtt://a")", "username_file = \"f\"\n"),
              HasSubstr("uplink.username_file needs"));
}

TEST_F(ConfigFileTest, UplinkHasAProxy) {
  const auto uplink = [&](const std::string& more) {
    return With("[[uplink]]\nname = \"u\"\nurl = \"mqtts://h\"\nclient = \"mqtt\"\n" + more);
  };
  const auto proxy =
      Load(uplink("proxy = \"http://me@p:3128\"\nproxy_password_file = \"/f\"\n")).uplinks[0].proxy;
  ASSERT_TRUE(proxy);
  EXPECT_EQ(proxy->HostAndPort(), "p:3128");
  EXPECT_EQ(proxy->user, "me");
  EXPECT_EQ(proxy->password_file, "/f");
  EXPECT_EQ(Load(uplink("proxy = \"http://[::1]\"\n")).uplinks[0].proxy->HostAndPort(), "[::1]:80");
  EXPECT_THAT(Mistake(uplink("proxy = \"socks://p\"\n")), HasSubstr("must begin with http://"));
  EXPECT_THAT(Mistake(uplink("proxy = \"http://me@p\"\n")),
              HasSubstr("uplink.proxy_password_file goes with a name"));
  EXPECT_THAT(Mistake(uplink("proxy_password_file = \"/f\"\n")), HasSubstr("needs uplink.proxy"));
}

TEST_F(ConfigFileTest, StatusTopicIsATopic) {
  const auto uplink = [&](const std::string& topic) {
    return With(
        "[[uplink]]\nname = \"u\"\nurl = \"mqtts://h\"\nclient = \"mqtt\"\nstatus_topic = \"" +
        topic + "\"\n");
  };
  const Config config = Load(uplink("gw/{gateway}/status"));
  EXPECT_EQ(config.uplinks[0].status_topic, "gw/" + config.gateway.id + "/status");
  EXPECT_EQ(config.uplinks[0].gateway, config.gateway.id);
  for (const char* topic : {"a/#", "+", "a/{device}"}) {
    EXPECT_THAT(Mistake(uplink(topic)), HasSubstr("uplink.status_topic must be a topic")) << topic;
  }
}

// Neither in the error nor anywhere else.
TEST_F(ConfigFileTest, PasswordInAUrlIsRefusedAndNotRepeated) {
  for (const char* line :
       {"url = \"mqtt://me:hunter2@h\"", "url = \"mqtts://hunter2@h\"",
        "url = \"xmqtt://me:hunter2@h\"", "url = [\"mqtt://a\", \"wss://me:hunter2@h/x\"]",
        "url = \"mqtt:me:hunter2@h\"", "url = \"mqtt://h\"\nproxy = \"http://me:hunter2@p\"",
        "url = \"mqtt://h\"\nproxy = \"https://me:hunter2@p\"",
        "url = \"mqtt://h\"\nproxy = \"me:hunter2@p\""}) {
    for (const char* client : {"mqtt", "paho"}) {
      const std::string mistake = Mistake(With("[[uplink]]\nname = \"u\"\nclient = \"" +
                                               std::string(client) + "\"\n" + line + "\n"));
      EXPECT_THAT(mistake, HasSubstr("password_file")) << line;
      EXPECT_THAT(mistake, testing::Not(HasSubstr("hunter2"))) << line;
    }
  }
}

TEST_F(ConfigFileTest, UplinkNamesItsClient) {
  const auto uplink = [&](const std::string& more) {
    return With("[[uplink]]\nname = \"u\"\nurl = \"mqtts://h\"\n" + more);
  };
  EXPECT_EQ(Load(uplink("")).uplinks[0].client, MqttClient::kOwn);
  if (SLUICE_HAS_PAHO) {
    EXPECT_EQ(Load(uplink("client = \"paho\"\n")).uplinks[0].client, MqttClient::kPaho);
  } else {
    EXPECT_THAT(Mistake(uplink("client = \"paho\"\n")), HasSubstr("built without Paho"));
  }
  const UplinkConfig own = Load(uplink("client = \"mqtt\"\nalpn = [\"mqtt\"]\n"
                                       "keep_alive = \"7s\"\nconnect_timeout = \"1500ms\"\n"))
                               .uplinks[0];
  EXPECT_EQ(own.client, MqttClient::kOwn);
  const uplink_mqtt::MqttOptions options = ToMqttOptions(own);
  EXPECT_THAT(options.alpn, ElementsAre("mqtt"));
  EXPECT_EQ(options.session.keep_alive_seconds, 7);
  EXPECT_EQ(options.connect_timeout, std::chrono::milliseconds(1500));
  EXPECT_THAT(Mistake(uplink("client = \"other\"\n")), HasSubstr("uplink.client must be"));
  EXPECT_EQ(options.tls_version, tls::Version::kTls12);
  EXPECT_EQ(ToMqttOptions(Load(uplink("tls_version = \"1.3\"\n")).uplinks[0]).tls_version,
            tls::Version::kTls13);
  EXPECT_THAT(Mistake(uplink("tls_version = \"1.1\"\n")), HasSubstr("uplink.tls_version must be"));
  EXPECT_THAT(Mistake(uplink("alpn = [\"\"]\n")), HasSubstr("uplink.alpn"));
}

// Public brokers need no file.
TEST_F(ConfigFileTest, UplinkTrustsTheMachinesAuthoritiesUnlessToldWhom) {
  const auto uplink = [&](const std::string& more) {
    return With("[[uplink]]\nname = \"u\"\n" + more);
  };
  EXPECT_EQ(Load(uplink("url = \"mqtts://h\"\n")).uplinks[0].ca,
            "/etc/ssl/certs/ca-certificates.crt");
  EXPECT_EQ(Load(uplink("url = \"mqtts://h\"\nca = \"/own.crt\"\n")).uplinks[0].ca, "/own.crt");
  EXPECT_EQ(Load(uplink("url = \"mqtt://h\"\n")).uplinks[0].ca, "");
}

TEST_F(ConfigFileTest, VersionsOfMqttAreSpelledAsOnTheCommandLine) {
  const auto uplink = [&](const std::string& version) {
    return With("[[uplink]]\nname = \"u\"\nurl = \"mqtt://h\"\nmqtt_version = " + version + "\n");
  };
  EXPECT_EQ(Load(uplink("5")).uplinks[0].mqtt_version, codec::Version::kV5);
  EXPECT_EQ(Load(uplink("311")).uplinks[0].mqtt_version, codec::Version::kV311);
  EXPECT_EQ(Load(uplink("3")).uplinks[0].mqtt_version, codec::Version::kV311);
  for (const char* version : {"4", "0", "\"5\"", "-5"}) {
    EXPECT_THAT(Mistake(uplink(version)), HasSubstr("uplink.mqtt_version must be")) << version;
  }
}

TEST_F(ConfigFileTest, SyntaxErrorHasLineAndColumn) {
  EXPECT_THAT(Mistake("[gateway]\nid = \n"), HasSubstr("g.toml:2:"));
}

TEST_F(ConfigFileTest, MistakeIsOneLineWhateverItQuotes) {
  EXPECT_EQ(Mistake("a = tru\nb").find('\n'), std::string::npos);
  const std::string quoted = Mistake(With("\"x\\u001b[2J\\n\" = 1\n"));
  EXPECT_EQ(quoted.find_first_of("\n\x1b"), std::string::npos) << quoted;
}

TEST_F(ConfigFileTest, UnknownKeyIsAMistakeWithItsPlace) {
  const std::string mistake = Mistake("[gateway]\nid = \"g\"\ndata_dir = \"d\"\nidd = 1\n");
  EXPECT_THAT(mistake, HasSubstr("g.toml:4:1: unknown key 'idd' in [gateway]; known here: "));
}

TEST_F(ConfigFileTest, AllMistakesAreToldAtOnce) {
  const std::string mistake =
      Mistake(With("[[stream]]\nname = \"t\"\nmax_bytes = \"12\"\non_full = "
                   "\"explode\"\n[journal]\ncommit_linger = 4\n"));
  EXPECT_THAT(mistake, HasSubstr("stream.max_bytes must be a size with a unit"));
  EXPECT_THAT(mistake,
              HasSubstr("stream.on_full must be one of: reject, drop_oldest, drop_newest"));
  EXPECT_THAT(mistake, HasSubstr("journal.commit_linger must be a duration with a unit"));
}

TEST_F(ConfigFileTest, MissingKeyIsNamed) {
  EXPECT_THAT(Mistake("[gateway]\nid = \"g\"\n"), HasSubstr("gateway.data_dir is missing"));
}

TEST_F(ConfigFileTest, RouteToNowhereIsAMistake) {
  const std::string mistake =
      Mistake(With("[[stream]]\nname = \"t\"\n[[route]]\nfrom = \"t\"\nto = \"moon\"\n"));
  EXPECT_THAT(mistake, HasSubstr("g.toml:16:6: route.to names the uplink 'moon'"));
}

TEST_F(ConfigFileTest, NameUsedTwiceIsAMistake) {
  EXPECT_THAT(Mistake(With("[[stream]]\nname = \"t\"\n[[stream]]\nname = \"t\"\n")),
              HasSubstr("used twice"));
}

TEST_F(ConfigFileTest, NameThatIsNoFileNameIsAMistake) {
  EXPECT_THAT(Mistake(With("[[stream]]\nname = \"../t\"\n")),
              HasSubstr("stream.name '../t' must be"));
}

TEST_F(ConfigFileTest, ListenerWithoutTlsHasToBeAskedFor) {
  const std::string mistake =
      Mistake("[gateway]\nid=\"g\"\ndata_dir=\"d\"\n[[listener]]\nbind=\"0.0.0.0:1883\"\n");
  EXPECT_THAT(
      mistake,
      HasSubstr("listener.tls is missing; give it a certificate, or ask for plaintext = true"));
}

TEST_F(ConfigFileTest, AnonymousClientsHaveToBeAskedFor) {
  const std::string mistake = Mistake(
      "[gateway]\nid=\"g\"\ndata_dir=\"d\"\n[[listener]]\nbind=\"0.0.0.0:1883\"\nplaintext=true\n");
  EXPECT_THAT(mistake, HasSubstr("anonymous must be true"));
}

std::string ListenerWith(const std::string& keys) {
  return "[gateway]\nid=\"g\"\ndata_dir=\"d\"\n[[access]]\nspeaks_for=[\"*\"]\n[[listener]]\n"
         "bind=\"127.0.0.1:0\"\n" +
         keys;
}

TEST_F(ConfigFileTest, ListenerAcceptsCertificatesWhereClientsShowThem) {
  const auto listener = [this](const std::string& keys) {
    return Load(ListenerWith(keys)).listeners.at(0);
  };
  const std::string tls = "tls={cert=\"a\",key=\"b\",client_ca=\"c\"}\n";
  using tls::ClientCertificate;
  EXPECT_THAT(listener(tls).accepts, ElementsAre(Accept::kCertificate));
  EXPECT_EQ(listener(tls).tls.client_cert, ClientCertificate::kRequired);
  EXPECT_THAT(listener("plaintext=true\nanonymous=true\n").accepts, ElementsAre());
  EXPECT_EQ(listener(tls + "accepts=[\"certificate\",\"password\"]\n").tls.client_cert,
            ClientCertificate::kOptional);
  const ListenerConfig passwords = listener("tls={cert=\"a\",key=\"b\"}\naccepts=[\"password\"]\n");
  EXPECT_EQ(passwords.tls.client_cert, ClientCertificate::kNone);
  EXPECT_TRUE(passwords.takes_passwords());
  // A certificate may be the door of a fleet, and a password say which of them it is.
  const ListenerConfig both = listener(
      "tls={cert=\"a\",key=\"b\",client_ca=\"c\",client_cert=\"required\"}\n"
      "accepts=[\"password\"]\n");
  EXPECT_EQ(both.tls.client_cert, ClientCertificate::kRequired);
  EXPECT_FALSE(both.Takes(Accept::kCertificate));
}

TEST_F(ConfigFileTest, WhatAListenerCanNotAcceptIsAMistake) {
  const std::string tls = "tls={cert=\"a\",key=\"b\"}\n";
  EXPECT_THAT(Mistake(ListenerWith("plaintext=true\naccepts=[\"password\"]\n")),
              HasSubstr("listener.accepts has password, which clients would send in plaintext"));
  EXPECT_THAT(
      Mistake(ListenerWith(tls + "accepts=[\"password_plaintext\"]\n")),
      HasSubstr("listener.accepts has password_plaintext, which is for a listener without"));
  EXPECT_THAT(Mistake(ListenerWith("plaintext=true\nanonymous=true\naccepts=[\"certificate\"]\n")),
              HasSubstr("listener.accepts has certificate, and clients show none here"));
  EXPECT_THAT(
      Mistake(ListenerWith(tls + "accepts=[\"passwort\"]\n")),
      HasSubstr("listener.accepts 'passwort' is none of them; must be one of: certificate"));
  EXPECT_THAT(Mistake(ListenerWith("plaintext=true\naccepts=[]\n")),
              HasSubstr("or let them show something else, as with accepts = [\"password\"]"));
}

TEST_F(ConfigFileTest, ListenerForPreSharedKeysNeedsNoCertificate) {
  const ListenerConfig bare = Load(ListenerWith("tls={}\naccepts=[\"psk\"]\n")).listeners.at(0);
  EXPECT_EQ(bare.tls.client_cert, tls::ClientCertificate::kNone);
  EXPECT_THAT(Mistake(ListenerWith("tls={}\naccepts=[\"psk\",\"password\"]\n")),
              HasSubstr("listener.tls.cert"));
  EXPECT_THAT(Mistake(ListenerWith("tls={cert=\"a\"}\naccepts=[\"psk\"]\n")),
              HasSubstr("listener.tls.key"));
  EXPECT_THAT(Mistake(ListenerWith("plaintext=true\naccepts=[\"psk\"]\n")),
              HasSubstr("listener.accepts has psk, pre-shared keys of TLS"));
}

TEST_F(ConfigFileTest, PasswordsInPlaintextWarn) {
  const auto loaded =
      ParseConfig("g.toml", ListenerWith("plaintext=true\naccepts=[\"password_plaintext\"]\n"));
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  EXPECT_THAT(loaded->warnings, Contains(HasSubstr("takes passwords in plaintext")));
}

TEST_F(ConfigFileTest, PlaintextAndWeakDurabilityWarn) {
  const auto loaded =
      ParseConfig("g.toml", With("[[stream]]\nname = \"t\"\ndurability = \"memory\"\n"));
  ASSERT_TRUE(loaded.ok());
  EXPECT_THAT(loaded->warnings, SizeIs(3));
}

TEST_F(ConfigFileTest, MemoryLimitThatCannotHoldTheConnectionsIsAMistake) {
  const std::string mistake = Mistake(
      "[gateway]\nid=\"g\"\ndata_dir=\"d\"\nmemory_limit=\"24MiB\"\n[limits]\nmax_connections = "
      "100000\n"
      "[[listener]]\nbind=\"0.0.0.0:1883\"\nplaintext=true\nanonymous=true\n");
  EXPECT_THAT(mistake, HasSubstr("gateway.memory_limit of 24 MiB is too small"));
}

TEST_F(ConfigFileTest, LimitsThatAnotherOneLowersWarn) {
  const auto loaded = ParseConfig(
      "g.toml",
      With("[limits]\nretained = \"9MiB\"\n[journal]\nmax_bytes = \"10MiB\"\n[[stream]]\nname = "
           "\"t\"\n[[uplink]]\nname = \"u\"\nurl = \"mqtt://u\"\nclient = "
           "\"paho\"\nconnect_timeout = \"1500ms\"\n[[route]]\nfrom = \"t\"\nto = \"u\"\nwindow = "
           "{ max_publishes = 300 }\n"));
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  for (const std::string_view what :
       {"limits.retained of 9 MiB is lowered to 1536 KiB",
        "journal.max_bytes of 10 MiB is less than the 272 MiB of all streams",
        "window.max_publishes of 300 is lowered to 256",
        "connect_timeout of 1500 ms becomes 1 s"}) {
    EXPECT_THAT(loaded->warnings, Contains(HasSubstr(std::string(what))));
  }
}

// A default that is lowered is what the documentation says of it.
TEST_F(ConfigFileTest, LimitThatIsTheLargestThereIsWarnsWithoutAdvice) {
  const auto loaded =
      ParseConfig("g.toml", std::regex_replace(With("[limits]\nsession_queue = \"1GiB\"\n"),
                                               std::regex("id = \"g\""),
                                               "id = \"g\"\nmemory_limit = \"64GiB\""));
  ASSERT_TRUE(loaded.ok()) << loaded.status().message();
  EXPECT_THAT(
      loaded->warnings,
      Contains("limits.session_queue of 1 GiB is lowered to 256 MiB, the most there can be"));
}

TEST_F(ConfigFileTest, RuleWithoutAnythingNamesWhatItCouldHave) {
  EXPECT_THAT(Mistake(With("[[access]]\nidentity = \"x\"\n")),
              HasSubstr("access.publish, subscribe, speaks_for and share are all missing"));
}

// Until 0.1 the first rule decided.
TEST_F(ConfigFileTest, DenialBehindWhatItTakesSomethingFromWarns) {
  const auto warnings = [](const std::string& first, const std::string& second) {
    const auto loaded =
        ParseConfig("g.toml", ListenerWith("plaintext=true\nanonymous=true\n[[access]]\n" + first +
                                           "\n[[access]]\n" + second + "\n"));
    EXPECT_TRUE(loaded.ok()) << loaded.status().message();
    return loaded.ok() ? loaded->warnings : std::vector<std::string>();
  };
  const std::string allow = "publish=[\"a/#\"]";
  const std::string deny = "deny=true\npublish=[\"a/secret\"]";
  EXPECT_THAT(warnings(allow, deny),
              Contains(HasSubstr("[[access]] number 3 denies, and wins now over number 2")));
  EXPECT_THAT(warnings(deny, allow), Not(Contains(HasSubstr("denies"))));
  EXPECT_THAT(warnings(allow, "deny=true\npublish=[\"b\"]"), Not(Contains(HasSubstr("denies"))));
}

TEST_F(ConfigFileTest, DefaultsDoNotWarn) {
  const auto loaded = ParseConfig("g.toml", Read(kExample));
  ASSERT_TRUE(loaded.ok());
  EXPECT_THAT(loaded->warnings, Not(Contains(HasSubstr("lowered"))));
}

class ConfigSecretsTest : public ConfigFileTest {
 protected:
  void Put(const std::string& name, const std::string& text, mode_t mode) {
    std::ofstream(directory_.File(name)) << text;
    ASSERT_EQ(::chmod(directory_.File(name).c_str(), mode), 0);
  }
  // What keeps a gateway with a key of this mode from starting, a line each.
  std::string FaultsWithKeyMode(mode_t mode) {
    Put("server.crt", "x", 0644);
    Put("ca.crt", "x", 0644);
    Put("server.key", "x", mode);
    Put("g.toml",
        "[gateway]\nid=\"g\"\ndata_dir=\"d\"\n[[listener]]\nbind=\"127.0.0.1:0\"\n"
        "tls={cert=\"server.crt\",key=\"server.key\",client_ca=\"ca.crt\"}\n",
        0644);
    return Faults();
  }
  std::string Faults() {
    const auto loaded = LoadConfig(Env::Posix(), directory_.File("g.toml"));
    EXPECT_TRUE(loaded.ok()) << loaded.status().message();
    return loaded.ok() ? fmt::format("{}", fmt::join(loaded->faults, "\n")) : "";
  }

  test::TemporaryDirectory directory_;
};

TEST_F(ConfigSecretsTest, KeyThatOthersCanReadIsRefused) {
  EXPECT_THAT(FaultsWithKeyMode(0640), HasSubstr("open to others than its owner; run: chmod 600 "));
}

TEST_F(ConfigSecretsTest, KeyOfItsOwnerAloneIsFine) {
  EXPECT_THAT(FaultsWithKeyMode(0600), Not(HasSubstr("open to others")));
}

TEST_F(ConfigSecretsTest, MissingFileIsNamed) {
  Put("g.toml",
      "[gateway]\nid=\"g\"\ndata_dir=\"d\"\n[[listener]]\nbind=\"127.0.0.1:0\"\n"
      "tls={cert=\"absent.crt\",key=\"absent.key\",client_ca=\"absent-ca.crt\"}\n",
      0644);
  EXPECT_THAT(Faults(), HasSubstr("absent-ca.crt does not exist"));
}

}  // namespace
}  // namespace sluice::config
