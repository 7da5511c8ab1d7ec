using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Pipeline;
using Signalbox.Pipeline.Answers;

namespace Signalbox.Versions;

/// <summary>Whether a version answers: a small request of its own, through the whole pipeline, with a deadline.</summary>
internal sealed class VersionProbe(GatewayRuntime runtime)
{
    /// <summary>A local model may have to be loaded first.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    /// <summary>What the request is listed as in decisions and in the ledger.</summary>
    private const string Name = "version-check";
    private const int AnswerTokens = 16;

    /// <summary>Null when it answers, otherwise why not.</summary>
    public async Task<GatewayError?> CheckAsync(ModelVersion version, CancellationToken cancel)
    {
        if (VersionLack.Of(runtime.Snapshot, version) is { } lack)
        {
            return new GatewayError(ErrorKind.UpstreamUnavailable, char.ToUpperInvariant(lack[0]) + lack[1..]);
        }

        using var deadline = new CancellationTokenSource(Deadline, runtime.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        var caller = new WholeAnswer();
        await runtime.Pipeline.RunAsync(new RequestContext
        {
            Id = RequestIds.New(),
            Snapshot = runtime.Snapshot,
            Caller = caller,
            CallerName = Name,
            ModelVersion = version.Name,
            StartedAt = runtime.Time.GetUtcNow(),
            Aborted = both.Token,
            Request = version.Request([new ChatMessage(ChatRole.User, "Hello")], new ChatOptions { MaxOutputTokens = AnswerTokens }, stream: false),
        });
        cancel.ThrowIfCancellationRequested();
        return caller.Error ?? caller.Response switch
        {
            null => new GatewayError(ErrorKind.UpstreamTimeout, $"It had not answered after {Deadline.TotalSeconds:0} seconds."),
            var response when IsEmpty(response) => new GatewayError(ErrorKind.UpstreamInvalid, "It answered with nothing."),
            _ => null,
        };
    }

    /// <summary>A model that thinks first may have no text yet when its few tokens are used up.</summary>
    private static bool IsEmpty(ChatResponse response) =>
        response.Text.Length == 0 && response.FinishReason != ChatFinishReason.Length && response.Usage?.OutputTokenCount is not > 0;
}
