"""What the scenario tests share: processes, a gateway, brokers and clients of others, a link that can be cut."""
