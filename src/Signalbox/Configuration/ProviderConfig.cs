using System.Collections.ObjectModel;
using Signalbox.Configuration.Fields;

namespace Signalbox.Configuration;

/// <summary>Where a provider is, as far as confidential requests are concerned.</summary>
public enum Locality
{
    /// <summary>A request to it leaves this machine or private network.</summary>
    Cloud,

    /// <summary>A request to it does not leave this machine or private network.</summary>
    Local,
}

/// <summary>A service that models run at. After loading, what was left out is filled from the preset of the same name.</summary>
public sealed record ProviderConfig
{
    /// <summary>The name before the slash of <c>provider/upstream</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The protocol it speaks: openai-chat, openai-responses, anthropic-messages, gemini or ollama. Never null after loading.</summary>
    public string? Dialect { get; init; }

    /// <summary>Further protocols it speaks under the same address.</summary>
    public IReadOnlyList<string> AlsoDialects { get; init; } = [];

    /// <summary>The address that request paths are appended to, without a slash at the end. Never null after loading.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>The provider's key; null sends no credentials.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Whether requests to it leave the house. Default: cloud.</summary>
    public Locality Locality { get; init; }

    /// <summary>Headers added to every request to it.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The api-version of Azure OpenAI; null for its version-free routes.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>How long a connection may take. Default: 5 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the first useful output may take. Default: 30 s.</summary>
    public TimeSpan FirstOutputTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a stream may be silent. Default: 30 s. There is no limit on the whole stream.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often one request is tried here; null for the gateway's default.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>The author stated the locality, so it is not to be doubted.</summary>
    internal bool IsLocalityStated { get; init; }

    internal static ConfigShape<ProviderConfig> Shape { get; } = new ConfigShape<ProviderConfig>(new ProviderConfig { Name = "" })
        .Field("dialect", Kinds.Word(DialectDefaults.Names), c => c.Dialect, (c, v) => c with { Dialect = v },
            "The protocol it speaks. A provider named like a preset needs none.")
        .Field("alsoDialects", Kinds.List(Kinds.Word(DialectDefaults.Names), "a list of dialects"), c => c.AlsoDialects, (c, v) => c with { AlsoDialects = v },
            "Further protocols it speaks under the same baseUrl: requests in them are relayed as they are.")
        .Field("baseUrl", Kinds.BaseUrl, c => c.BaseUrl, (c, v) => c with { BaseUrl = v },
            "The address that request paths are appended to. A provider named like a preset needs none.")
        .Field("apiKey", Kinds.Credential, c => c.ApiKey, (c, v) => c with { ApiKey = v },
            "The provider's key, best written as a reference to the environment. Without one, no credentials are sent.")
        .Field("locality", Kinds.Choice(("cloud", Locality.Cloud), ("local", Locality.Local)), c => c.Locality,
            (c, v) => c with { Locality = v, IsLocalityStated = true },
            "local: a request to it does not leave this machine or private network. The presets ollama, vllm and llamacpp are local "
            + "unless their baseUrl is a public address.")
        .Field("headers", Kinds.Headers, c => c.Headers, (c, v) => c with { Headers = v },
            "Headers added to every request to it.")
        .Field("apiVersion", Kinds.OptionalText, c => c.ApiVersion, (c, v) => c with { ApiVersion = v },
            "The api-version of Azure OpenAI.")
        .Field("connectTimeout", Kinds.Duration, c => c.ConnectTimeout, (c, v) => c with { ConnectTimeout = v },
            "How long a connection may take.")
        .Field("firstOutputTimeout", Kinds.Duration, c => c.FirstOutputTimeout, (c, v) => c with { FirstOutputTimeout = v },
            "How long the first useful output may take.")
        .Field("idleTimeout", Kinds.Duration, c => c.IdleTimeout, (c, v) => c with { IdleTimeout = v },
            "How long a stream may be silent. There is no limit on the whole stream.")
        .Field("maxAttempts", Kinds.Integer(1, 10).OrNull(), c => c.MaxAttempts, (c, v) => c with { MaxAttempts = v },
            "How often one request is tried here before the next target is.");

    internal static ConfigKind<IReadOnlyDictionary<string, ProviderConfig>> Map =>
        Kinds.Records(() => Shape, "an object of providers by name", name => new ProviderConfig { Name = name }, TextChecks.ProviderName);

    /// <summary>The provider as JSON, secrets hidden.</summary>
    public override string ToString() => Shape.Print(this);
}
