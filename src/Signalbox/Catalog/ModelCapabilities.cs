namespace Signalbox.Catalog;

/// <summary>
/// What one version of a model takes and refuses. The defaults are the conservative profile: what a model that nothing is
/// known about is most likely to accept without an error.
/// </summary>
public sealed record ModelCapabilities
{
    /// <summary>The profile of a model that nothing is known about.</summary>
    public static ModelCapabilities Conservative { get; } = new();

    /// <summary>Whether temperature, top_p and top_k may be sent. Default true.</summary>
    public bool Sampling { get; init; } = true;

    /// <summary>Whether temperature and top_p may not be sent together. Default false.</summary>
    public bool SingleSampler { get; init; }

    /// <summary>Whether a request may end with an assistant turn that the model continues. Default false.</summary>
    public bool Prefill { get; init; }

    /// <summary>How thinking is asked for. Default <see cref="ReasoningKind.None"/>.</summary>
    public ReasoningKind Reasoning { get; init; }

    /// <summary>The effort or level words that the model takes, from least to most. Default none.</summary>
    public IReadOnlyList<string> Efforts { get; init; } = [];

    /// <summary>Whether thinking can be switched off. Default false.</summary>
    public bool ReasoningOff { get; init; }

    /// <summary>Whether the model is known to think when the request says nothing about it. Default false.</summary>
    public bool ReasonsByDefault { get; init; }

    /// <summary>Smallest budget of thinking tokens, where the model takes one.</summary>
    public int? MinThinkingBudget { get; init; }

    /// <summary>Largest budget of thinking tokens; null where only the output limit bounds it.</summary>
    public int? MaxThinkingBudget { get; init; }

    /// <summary>Whether the model calls tools. Default true.</summary>
    public bool Tools { get; init; } = true;

    /// <summary>Whether a request may force the model to call a tool. Default true.</summary>
    public bool ForcedTools { get; init; } = true;

    /// <summary>Whether the model calls several tools in one turn. Default false.</summary>
    public bool ParallelTools { get; init; }

    /// <summary>Whether the provider holds the answer to a JSON schema. Default true.</summary>
    public bool JsonSchema { get; init; } = true;

    /// <summary>Whether openai-chat must name the output limit <c>max_completion_tokens</c> instead of <c>max_tokens</c>. Default false.</summary>
    public bool MaxCompletionTokens { get; init; }

    /// <summary>Whether the model is served by OpenAI's Responses API only, not by chat completions. Default false.</summary>
    public bool ResponsesOnly { get; init; }

    /// <summary>Shortest prompt prefix, in tokens, that the provider caches; null where it is not known.</summary>
    public int? MinCacheTokens { get; init; }

    /// <summary>Further parameters, by their openai-chat names, that the model answers with an error. Default none.</summary>
    public IReadOnlyList<string> RefusedParameters { get; init; } = [];
}
