using Signalbox.Configuration.Fields;

namespace Signalbox.Configuration;

/// <summary>When callers need a key.</summary>
public enum RequireKeys
{
    /// <summary>As soon as one key exists or an address other than loopback is bound.</summary>
    Auto,

    /// <summary>On every request.</summary>
    Always,

    /// <summary>On no request.</summary>
    Never,
}

/// <summary>How Signalbox itself is reached.</summary>
public sealed record ServerConfig
{
    /// <summary>Addresses to listen on. Default: http://127.0.0.1:8080.</summary>
    public IReadOnlyList<string> Urls { get; init; } = ["http://127.0.0.1:8080"];

    /// <summary>When callers need a key. Default: auto.</summary>
    public RequireKeys RequireKeys { get; init; }

    /// <summary>The key for the admin routes; null lets this machine only use them.</summary>
    public string? AdminKey { get; init; }

    /// <summary>Largest request body in bytes. Default: 33,554,432 (32 MiB).</summary>
    public int MaxRequestBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Which web pages may call.</summary>
    public CorsConfig Cors { get; init; } = new();

    internal static ConfigShape<ServerConfig> Shape { get; } = new ConfigShape<ServerConfig>(new ServerConfig())
        .Field("urls", Kinds.List(Kinds.ListenUrl, "a list of addresses, at least one", least: 1), c => c.Urls, (c, v) => c with { Urls = v },
            "Addresses to listen on.")
        .Field("requireKeys",
            Kinds.Choice(("auto", RequireKeys.Auto), ("true", RequireKeys.Always), ("false", RequireKeys.Never)),
            c => c.RequireKeys, (c, v) => c with { RequireKeys = v },
            "Whether callers need a key; auto: as soon as one exists or an address other than loopback is bound.",
            notYet: new("this version does not check keys yet: whoever can reach it can use it", v => v == RequireKeys.Always))
        .Field("adminKey", Kinds.Credential, c => c.AdminKey, (c, v) => c with { AdminKey = v },
            "The key for the admin routes; without one they answer this machine only.")
        .Field("maxRequestBytes", Kinds.Count, c => c.MaxRequestBytes, (c, v) => c with { MaxRequestBytes = v },
            "Largest request body in bytes; a larger one is refused with 413.")
        .Field("cors", Kinds.Record(() => CorsConfig.Shape), c => c.Cors, (c, v) => c with { Cors = v },
            "Which web pages may call.");

    /// <summary>The section as JSON, secrets hidden.</summary>
    public override string ToString() => Shape.Print(this);
}

/// <summary>Which web pages may call Signalbox from a browser.</summary>
public sealed record CorsConfig
{
    /// <summary>Origins (SCHEME://HOST[:PORT]) that may call, or * for all. Default: none.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    internal static ConfigShape<CorsConfig> Shape { get; } = new ConfigShape<CorsConfig>(new CorsConfig())
        .Field("origins", Kinds.List(Kinds.Origin, "a list of origins"), c => c.Origins, (c, v) => c with { Origins = v },
            "Origins whose pages may call from a browser, or * for all.");

    /// <summary>The section as JSON.</summary>
    public override string ToString() => Shape.Print(this);
}
