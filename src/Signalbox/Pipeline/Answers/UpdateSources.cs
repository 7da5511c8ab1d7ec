using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Dialects.Sse;
using Signalbox.Providers;

namespace Signalbox.Pipeline.Answers;

/// <summary>Where updates come from.</summary>
internal interface IUpdateSource
{
    IReadOnlyList<KeyValuePair<string, string>> Headers { get; }

    /// <summary>Why the stream ended early; looked at when it has ended. Null = it was finished.</summary>
    GatewayError? Error { get; }

    IAsyncEnumerable<ChatResponseUpdate> ReadAsync(CancellationToken cancel);

    /// <summary>The error that an exception stands for, where the source knows better than the pipeline.</summary>
    GatewayError? Describe(Exception exception) => null;
}

/// <summary>Updates read from a provider's stream.</summary>
internal sealed class WireUpdates(WireAnswer answer, string providerName) : IUpdateSource
{
    public IReadOnlyList<KeyValuePair<string, string>> Headers => answer.Headers;

    public GatewayError? Error { get; private set; }

    public async IAsyncEnumerable<ChatResponseUpdate> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        using var frames = new FrameReader(answer.Body, answer.Dialect.Framing);
        var reader = answer.Dialect.CreateStreamReader();
        var updates = new List<ChatResponseUpdate>();
        do
        {
            while (reader.Error is null && frames.TryNext(out var frame))
            {
                if (!frame.Data.IsEmpty)
                {
                    reader.Read(frame.EventName, frame.Data, updates);
                }
            }

            foreach (var update in updates)
            {
                yield return update;
            }

            updates.Clear();
        }
        while (reader.Error is null && !frames.IsOverlong && await frames.FillAsync(cancel));

        reader.End(updates);
        foreach (var update in updates)
        {
            yield return update;
        }

        Error = reader.Error ?? (reader.IsFinished
            ? null
            : new GatewayError(ErrorKind.StreamTruncated, $"{providerName} ended its answer before it was finished."));
    }
}

/// <summary>Updates from an <c>IChatClient</c> in this process. Its end is a clean end: it throws when it fails.</summary>
internal sealed class ClientUpdates(UpdatesAnswer answer, string providerName) : IUpdateSource
{
    public IReadOnlyList<KeyValuePair<string, string>> Headers => [];

    public GatewayError? Error => null;

    public async IAsyncEnumerable<ChatResponseUpdate> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var calls = 0;
        var usage = new UsageDetails();
        await foreach (var update in answer.Updates.WithCancellation(cancel))
        {
            yield return Adapt(update, usage, ref calls);
        }
    }

    public GatewayError? Describe(Exception exception) =>
        exception is OperationCanceledException ? null : ChatClientProvider.ErrorOf(exception, providerName);

    /// <summary>
    /// A client gives tool calls whole; stream writers take them in pieces, of which one may be the whole. Its counts are to be
    /// added up; ours are the totals so far.
    /// </summary>
    private static ChatResponseUpdate Adapt(ChatResponseUpdate update, UsageDetails usage, ref int calls)
    {
        for (var i = 0; i < update.Contents.Count; i++)
        {
            if (update.Contents[i] is FunctionCallContent call)
            {
                update.Contents[i] = new ToolCallDelta(calls++)
                {
                    CallId = call.CallId,
                    Name = call.Name,
                    Arguments = Contents.ArgumentsText(call),
                    AdditionalProperties = call.AdditionalProperties,
                };
            }
            else if (update.Contents[i] is UsageContent more)
            {
                usage.Add(more.Details);
                var total = new UsageDetails();
                total.Add(usage);
                update.Contents[i] = new UsageContent(total);
            }
        }

        return update;
    }
}
