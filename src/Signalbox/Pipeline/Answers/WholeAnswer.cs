using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Providers;

namespace Signalbox.Pipeline.Answers;

/// <summary>A caller in this process who waits for a whole answer.</summary>
internal sealed class WholeAnswer : InProcessCaller
{
    /// <summary>The answer; null where there is an error, or where nobody waited for it to the end.</summary>
    public ChatResponse? Response { get; private set; }

    public GatewayError? Error { get; private set; }

    /// <summary>
    /// How probable it is that the answer is right: the model's own word, else the geometric mean of its tokens' probabilities, else null. Null for
    /// an answer of nothing.
    /// </summary>
    public double? Confidence
    {
        get
        {
            var properties = Response is { Text.Length: > 0 } ? Response.AdditionalProperties : null;
            if (Vocabulary.Get<double?>(properties, Vocabulary.Confidence) is { } own)
            {
                return own;
            }

            return Vocabulary.Get<IReadOnlyList<TokenLogprob>>(properties, Vocabulary.TokenLogprobs) is { Count: > 0 } tokens
                ? Math.Exp(tokens.Average(static token => Math.Min(0, token.Logprob)))
                : null;
        }
    }

    public override ValueTask TakeAsync(ChatResponseUpdate update, CancellationToken cancel) => ValueTask.CompletedTask;

    public override void Take(ChatResponse response) => Response = response;

    public override void Fail(GatewayError error) => Error = error;

    public override Task RefuseAsync(RequestContext context, FailedAnswer failure)
    {
        Error = failure.Error;
        return Task.CompletedTask;
    }
}
