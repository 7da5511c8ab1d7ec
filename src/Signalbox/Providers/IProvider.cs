using Signalbox.Dialects;
using Signalbox.Pipeline;
using Signalbox.Routing;

namespace Signalbox.Providers;

/// <summary>Something that answers chat requests: a service over HTTP, or an <c>IChatClient</c> in this process.</summary>
internal interface IProvider
{
    string Name { get; }

    /// <summary>
    /// Sends one request. The answer's body is still open; a failure is a <see cref="FailedAnswer"/>. Only cancellation throws.
    /// </summary>
    Task<ProviderAnswer> SendAsync(ProviderCall call, CancellationToken cancel);
}

/// <summary>One attempt at one deployment.</summary>
internal sealed class ProviderCall
{
    public required RequestContext Context { get; init; }

    public required Deployment Deployment { get; init; }

    /// <summary>What this attempt does not carry over unchanged.</summary>
    public LossReport Losses { get; } = new();

    /// <summary>What the tools are called at the provider; null when they have the caller's names.</summary>
    public ToolNameMap? ToolNames { get; set; }
}
