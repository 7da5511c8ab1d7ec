using Microsoft.Extensions.AI;
using Signalbox.Dialects;

namespace Signalbox.Providers;

/// <summary>What came of one attempt, before anything of it has reached the caller.</summary>
internal abstract class ProviderAnswer : IDisposable
{
    public virtual void Dispose()
    {
    }
}

/// <summary>The attempt failed.</summary>
internal sealed class FailedAnswer(GatewayError error) : ProviderAnswer
{
    public GatewayError Error { get; } = error;

    /// <summary>The provider's own error body, where the caller speaks the same dialect and may have it as it is.</summary>
    public byte[]? Body { get; init; }

    public string? ContentType { get; init; }

    /// <summary>The provider's headers that the caller may have.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];
}

/// <summary>Bytes in some dialect, still arriving.</summary>
internal sealed class WireAnswer(HttpResponseMessage response, Stream body, IDisposable sent, IDialect dialect) : ProviderAnswer
{
    public IDialect Dialect { get; } = dialect;

    public Stream Body { get; } = body;

    public string ContentType { get; } = response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var type) ? type.ToString() : "";

    /// <summary>Whether the caller speaks the same dialect, so that the bytes go on as they are.</summary>
    public required bool Relays { get; init; }

    /// <summary>The provider's headers that the caller may have.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public override void Dispose()
    {
        Body.Dispose();
        response.Dispose();
        sent.Dispose();
    }
}

/// <summary>A stream of updates from a provider in this process.</summary>
internal sealed class UpdatesAnswer(IAsyncEnumerable<ChatResponseUpdate> updates) : ProviderAnswer
{
    public IAsyncEnumerable<ChatResponseUpdate> Updates { get; } = updates;
}

/// <summary>A complete answer from a provider in this process.</summary>
internal sealed class CompleteAnswer(ChatResponse response) : ProviderAnswer
{
    public ChatResponse Response { get; } = response;
}
