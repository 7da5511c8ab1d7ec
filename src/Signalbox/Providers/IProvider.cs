using Signalbox.Configuration;
using Signalbox.Dialects;
using Signalbox.Pipeline;
using Signalbox.Pipeline.Answers;
using Signalbox.Routing;

namespace Signalbox.Providers;

/// <summary>Something that answers chat requests: a service over HTTP, or an <c>IChatClient</c> in this process.</summary>
internal interface IProvider
{
    string Name { get; }

    /// <summary>Whether what is sent here leaves the house.</summary>
    Locality Locality { get; }

    /// <summary>
    /// Sends one request. The answer's body is still open; a failure is a <see cref="FailedAnswer"/>. Only cancellation throws.
    /// </summary>
    Task<ProviderAnswer> SendAsync(ProviderCall call, CancellationToken cancel);
}

/// <summary>One attempt at one deployment.</summary>
internal sealed class ProviderCall
{
    private DialectRequest? _request;

    public required RequestContext Context { get; init; }

    public required Deployment Deployment { get; init; }

    /// <summary>What is asked: the caller's request, or what this attempt makes of it.</summary>
    public DialectRequest Request
    {
        get => _request ?? Context.Request;
        set => _request = value;
    }

    /// <summary>Whether the request goes through the vocabulary although the provider speaks the caller's dialect.</summary>
    public bool IsTranslated { get; set; }

    /// <summary>A sentence that this attempt adds to the instructions; null for none.</summary>
    public string? Enhancement { get; set; }

    /// <summary>Where what the answer says is gathered; null where nobody needs it.</summary>
    public AnswerText? Text { get; set; }

    /// <summary>Whether the log probabilities were asked for by the gateway alone, so that the caller must not see them.</summary>
    public bool HidesLogprobs { get; set; }

    /// <summary>Whether a break after the commit point is left open, so that another model may continue the answer.</summary>
    public bool MayBeContinued { get; set; }

    /// <summary>Where this answer continues one that broke off; null where it is an answer of its own.</summary>
    public AnswerSeam? Seam { get; set; }

    /// <summary>What this attempt does not carry over unchanged.</summary>
    public LossReport Losses { get; } = new();

    /// <summary>What the tools are called at the provider; null when they have the caller's names.</summary>
    public ToolNameMap? ToolNames { get; set; }
}
