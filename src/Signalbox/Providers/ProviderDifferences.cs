namespace Signalbox.Providers;

/// <summary>
/// Where a provider departs from its dialect, as data. The defaults describe an unknown server that speaks the dialect's
/// common core.
/// </summary>
internal sealed record ProviderDifferences
{
    public static readonly ProviderDifferences None = new();

    /// <summary>Header that carries the key.</summary>
    public string KeyHeader { get; init; } = "authorization";

    /// <summary>What stands before the key in its header.</summary>
    public string KeyPrefix { get; init; } = "Bearer ";

    /// <summary>Whether streams take <c>stream_options.include_usage</c>; a provider that does not sends usage unasked, or refuses the field.</summary>
    public bool StreamUsageSwitch { get; init; } = true;

    /// <summary>Whether OpenAI's own account fields (store, metadata, service_tier, ...) are taken.</summary>
    public bool CarriesOpenAiFields { get; init; }

    /// <summary>Whether the developer role is known; elsewhere it is written as system.</summary>
    public bool DeveloperRole { get; init; }

    /// <summary>Whether chat completions take <c>top_k</c>, which OpenAI refuses.</summary>
    public bool TopK { get; init; } = true;

    /// <summary>Whether chat completions are known to take <c>logprobs</c>; elsewhere they may refuse the whole request for it.</summary>
    public bool Logprobs { get; init; }

    /// <summary>Whether a begun answer is only continued when the request says so with <c>continue_final_message</c>.</summary>
    public bool ContinueSwitch { get; init; }

    /// <summary>The name of the seed in chat completions.</summary>
    public string SeedField { get; init; } = "seed";

    /// <summary>Path pattern that replaces the dialect's own; <c>{model}</c> and <c>{path}</c> are filled in.</summary>
    public string? PathPattern { get; init; }

    /// <summary>Whether the connection may use HTTP/2 (clouds over TLS do).</summary>
    public bool Http2 { get; init; } = true;
}
