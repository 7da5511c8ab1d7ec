using Signalbox.Configuration.Fields;

namespace Signalbox.Configuration;

/// <summary>Where usage is kept.</summary>
public enum LedgerStore
{
    /// <summary>A file in the data folder.</summary>
    Sqlite,

    /// <summary>A PostgreSQL database.</summary>
    Postgres,
}

/// <summary>Where usage is kept.</summary>
public sealed record LedgerConfig
{
    /// <summary>The kind of store. Default: sqlite.</summary>
    public LedgerStore Store { get; init; }

    /// <summary>How to reach a PostgreSQL store.</summary>
    public string? Connection { get; init; }

    internal static ConfigShape<LedgerConfig> Shape { get; } = new ConfigShape<LedgerConfig>(new LedgerConfig())
        .Field("store", Kinds.Choice(("sqlite", LedgerStore.Sqlite), ("postgres", LedgerStore.Postgres)), c => c.Store, (c, v) => c with { Store = v },
            "sqlite: a file in the data folder; postgres: a database shared by several gateways.")
        .Field("connection", Kinds.ConnectionString, c => c.Connection, (c, v) => c with { Connection = v },
            "How to reach a postgres store.");

    /// <summary>The section as JSON, secrets hidden.</summary>
    public override string ToString() => Shape.Print(this);
}

/// <summary>Where the counters of rate limits are kept.</summary>
public enum LimitsStore
{
    /// <summary>In this process.</summary>
    Memory,

    /// <summary>In Redis, shared by several gateways.</summary>
    Redis,
}

/// <summary>Where the counters of rate limits are kept.</summary>
public sealed record LimitsConfig
{
    /// <summary>The kind of store. Default: memory.</summary>
    public LimitsStore Store { get; init; }

    /// <summary>How to reach Redis.</summary>
    public string? Connection { get; init; }

    internal static ConfigShape<LimitsConfig> Shape { get; } = new ConfigShape<LimitsConfig>(new LimitsConfig())
        .Field("store", Kinds.Choice(("memory", LimitsStore.Memory), ("redis", LimitsStore.Redis)), c => c.Store, (c, v) => c with { Store = v },
            "memory: in this process; redis: shared by several gateways.")
        .Field("connection", Kinds.ConnectionString, c => c.Connection, (c, v) => c with { Connection = v },
            "How to reach a redis store, like 127.0.0.1:6379.");

    /// <summary>The section as JSON, secrets hidden.</summary>
    public override string ToString() => Shape.Print(this);
}

/// <summary>Where answers are kept for reuse.</summary>
public enum CacheStore
{
    /// <summary>Nowhere.</summary>
    Off,

    /// <summary>In this process.</summary>
    Memory,

    /// <summary>In Redis, shared by several gateways.</summary>
    Redis,
}

/// <summary>Where answers are kept for reuse, and how long.</summary>
public sealed record CacheConfig
{
    /// <summary>The kind of store. Default: off.</summary>
    public CacheStore Store { get; init; }

    /// <summary>How to reach Redis.</summary>
    public string? Connection { get; init; }

    /// <summary>How long an answer is kept. Default: 24 h.</summary>
    public TimeSpan Ttl { get; init; } = TimeSpan.FromHours(24);

    internal static ConfigShape<CacheConfig> Shape { get; } = new ConfigShape<CacheConfig>(new CacheConfig())
        .Field("store", Kinds.Choice(("off", CacheStore.Off), ("memory", CacheStore.Memory), ("redis", CacheStore.Redis)), c => c.Store, (c, v) => c with { Store = v },
            "off: nowhere; memory: in this process; redis: shared by several gateways.")
        .Field("connection", Kinds.ConnectionString, c => c.Connection, (c, v) => c with { Connection = v },
            "How to reach a redis store, like 127.0.0.1:6379.")
        .Field("ttl", Kinds.Duration, c => c.Ttl, (c, v) => c with { Ttl = v },
            "How long an answer is kept.");

    /// <summary>The section as JSON, secrets hidden.</summary>
    public override string ToString() => Shape.Print(this);
}
