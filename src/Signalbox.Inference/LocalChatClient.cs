using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.AI;
using Signalbox.Inference.Grammars;
using Signalbox.Inference.Sessions;

namespace Signalbox.Inference;

/// <summary>A model in this process behind the vocabulary of Microsoft.Extensions.AI. Faults are thrown as <see cref="EngineException"/>.</summary>
internal sealed class LocalChatClient(InferenceEngine engine, string modelId) : IChatClient
{
    private readonly LocalChatRequest _requests = new(engine, new GrammarCache(engine.Tokenizer));

    public InferenceEngine Engine => engine;

    public string ModelId => modelId;

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var text = new StringBuilder();
        var logprobs = LogprobsFor(options);
        var evidence = new AnswerEvidence(engine.Tokenizer);
        var end = default(GenerationEvent);
        await foreach (var step in GenerateAsync(messages, options, cancellationToken))
        {
            text.Append(step.Text);
            evidence.Take(step);
            AddLogprob(step, logprobs, options);
            end = step;
        }

        return new ChatResponse(new ChatMessage(ChatRole.Assistant, text.ToString()))
        {
            ResponseId = NewId(),
            ModelId = modelId,
            FinishReason = FinishReasonOf(end),
            Usage = UsageOf(end.Usage),
            AdditionalProperties = PropertiesOf(logprobs, end, evidence, options),
        };
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var id = NewId();
        var logprobs = LogprobsFor(options);
        var evidence = new AnswerEvidence(engine.Tokenizer);
        await foreach (var step in GenerateAsync(messages, options, cancellationToken))
        {
            evidence.Take(step);
            AddLogprob(step, logprobs, options);
            if (step.Text.Length == 0 && step.End is null)
            {
                continue;
            }

            var update = new ChatResponseUpdate(ChatRole.Assistant, step.Text.Length > 0 ? [new TextContent(step.Text)] : [])
            {
                ResponseId = id,
                MessageId = id,
                ModelId = modelId,
                AdditionalProperties = PropertiesOf(logprobs, step, evidence, options),
            };
            if (step.End is not null)
            {
                update.FinishReason = FinishReasonOf(step);
                update.Contents.Add(new UsageContent(UsageOf(step.Usage)));
            }

            logprobs = LogprobsFor(options);
            yield return update;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("signalbox", null, modelId)
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(engine) ? engine
            : null;
    }

    /// <summary>The engine is its owner's.</summary>
    public void Dispose()
    {
    }

    private async IAsyncEnumerable<GenerationEvent> GenerateAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(messages);
        if (!_requests.TryMake(messages, options, out var request, out var fault))
        {
            throw new EngineException(fault);
        }

        await foreach (var step in engine.GenerateAsync(request, cancel))
        {
            if (step.Fault is not null)
            {
                throw new EngineException(step.Fault);
            }

            yield return step;
        }
    }

    /// <summary>Null where the caller is not to be told: the engine may have worked them out for the confidence alone.</summary>
    private static List<LocalTokenLogprob>? LogprobsFor(ChatOptions? options) => LocalChatRequest.WantsLogprobs(options, out _) ? [] : null;

    private void AddLogprob(in GenerationEvent step, List<LocalTokenLogprob>? logprobs, ChatOptions? options)
    {
        if (logprobs is not null && step.LogProbability is { } logprob)
        {
            LocalChatRequest.WantsLogprobs(options, out var top);
            var others = top > 0 ? step.Alternatives?.Take((int)top).Select(other => new LocalTokenLogprob(TextOf(other.Token), other.LogProbability)).ToList() : null;
            logprobs.Add(new LocalTokenLogprob(TextOf(step.Token), logprob, others));
        }
    }

    private string TextOf(int token) =>
        engine.Tokenizer.BytesOf(token) is { IsEmpty: false } bytes ? Encoding.UTF8.GetString(bytes) : engine.Tokenizer.NameOf(token) ?? "";

    private AdditionalPropertiesDictionary? PropertiesOf(List<LocalTokenLogprob>? logprobs, in GenerationEvent step, AnswerEvidence evidence, ChatOptions? options)
    {
        AdditionalPropertiesDictionary? properties = null;
        if (step.End is not null && evidence.Topic is { } topic)
        {
            (properties ??= [])[LocalProperties.Topic] = topic;
        }

        if (step.End is not null && LocalChatRequest.WantsConfidence(options) && evidence.Features() is { } features)
        {
            (properties ??= [])[LocalProperties.Confidence] = engine.Confidence.Of(features);
        }

        if (logprobs is { Count: > 0 })
        {
            (properties ??= [])[LocalProperties.TokenLogprobs] = logprobs;
        }

        if (step.StopText is not null)
        {
            (properties ??= [])[LocalProperties.StopSequence] = step.StopText;
        }

        return properties;
    }

    private static ChatFinishReason? FinishReasonOf(in GenerationEvent end) => end.End switch
    {
        EndReason.Stop => ChatFinishReason.Stop,
        EndReason.Length => ChatFinishReason.Length,
        _ => null,
    };

    private static UsageDetails UsageOf(GenerationUsage? usage) => new()
    {
        InputTokenCount = usage?.PromptTokens,
        OutputTokenCount = usage?.AnswerTokens,
        TotalTokenCount = usage is null ? null : usage.PromptTokens + usage.AnswerTokens,
        CachedInputTokenCount = usage?.CachedTokens,
    };

    private static string NewId() => $"local-{Guid.NewGuid():N}";
}
