using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Inference;

namespace Signalbox.Providers.Local;

/// <summary>Between the gateway's vocabulary and the engine's: what only the engine understands of a body, and log probabilities on the way back.</summary>
internal sealed class LocalVocabulary(IChatClient client) : DelegatingChatClient(client)
{
    /// <summary>Fields of a body, or of ollama's <c>options</c>, that no service over HTTP has in common.</summary>
    private static readonly string[] Fields = [LocalProperties.Lora, LocalProperties.MinP, LocalProperties.RepetitionPenalty, LocalProperties.RepeatPenalty];

    /// <summary>The request with those fields among its options.</summary>
    public static DialectRequest WithFields(DialectRequest request)
    {
        if (request.Body.ValueKind != JsonValueKind.Object)
        {
            return request;
        }

        ChatOptions? options = null;
        foreach (var name in Fields)
        {
            if (request.Body.TryGetProperty(name, out var value)
                || (request.Body.TryGetProperty("options", out var more) && more.ValueKind == JsonValueKind.Object && more.TryGetProperty(name, out value)))
            {
                options ??= request.Options.Clone();
                (options.AdditionalProperties ??= [])[name] = value;
            }
        }

        return options is null ? request : request with { Options = options };
    }

    public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var response = await base.GetResponseAsync(messages, options, cancellationToken);
        Translate(response.AdditionalProperties);
        return response;
    }

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var update in base.GetStreamingResponseAsync(messages, options, cancellationToken))
        {
            Translate(update.AdditionalProperties);
            yield return update;
        }
    }

    private static void Translate(AdditionalPropertiesDictionary? properties)
    {
        if (properties?.TryGetValue(LocalProperties.TokenLogprobs, out var value) == true && value is IEnumerable<LocalTokenLogprob> tokens)
        {
            properties[Vocabulary.TokenLogprobs] = tokens.Select(Of).ToList();
        }
    }

    private static TokenLogprob Of(LocalTokenLogprob token) => new(token.Token, token.Logprob, token.Top?.Select(Of).ToList());
}
