using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Inference.ChatTemplates;
using Signalbox.Inference.Grammars;
using Signalbox.Inference.Sampling;
using Signalbox.Inference.Sessions;

namespace Signalbox.Inference;

/// <summary>Messages and options of the vocabulary to a request of the engine. What the engine cannot do is a fault, never dropped.</summary>
internal sealed class LocalChatRequest(InferenceEngine engine, GrammarCache grammars)
{
    /// <summary>What <see cref="ChatResponseFormat.Json"/> promises: an object.</summary>
    private static readonly JsonElement AnyObject = JsonDocument.Parse("""{"type":"object"}""").RootElement;

    /// <summary>The margin over the best alternative is a feature of confidence: the token itself and one other.</summary>
    private const int AlternativesForConfidence = 2;

    public bool TryMake(IEnumerable<ChatMessage> messages, ChatOptions? options, [NotNullWhen(true)] out GenerationRequest? request, [NotNullWhen(false)] out EngineFault? fault)
    {
        options ??= new ChatOptions();
        request = null;
        if ((fault = Unsupported(options)) is not null
            || !TryReadPrompt(messages, options, out var prompt, out fault)
            || !TryReadSampling(options, out var sampling, out fault)
            || !TryReadGrammar(options.ResponseFormat, out var grammar, out fault)
            || !LocalAdapters.TryRead(options, engine, out var adapters, out fault))
        {
            return false;
        }

        var wantsLogprobs = WantsLogprobs(options, out var top);
        if (top is { } count && !(count is >= 0 and <= 20 && count == Math.Floor(count)))
        {
            fault = Invalid($"{LocalProperties.TopLogprobs} is {count}; use a whole number from 0 to 20.");
            return false;
        }

        request = new GenerationRequest
        {
            Prompt = prompt,
            MaxTokens = options.MaxOutputTokens,
            Sampling = sampling,
            StopTexts = options.StopSequences is { Count: > 0 } stops ? [.. stops] : [],
            Grammar = grammar,
            Adapters = adapters,
            TopLogProbabilities = WantsConfidence(options) ? Math.Max((int)(top ?? 0), AlternativesForConfidence) : wantsLogprobs ? (int)(top ?? 0) : null,
            Owner = LocalProperties.Text(options, LocalProperties.User),
        };
        return true;
    }

    /// <summary>Whether the caller is to be told log probabilities, and with how many alternatives.</summary>
    public static bool WantsLogprobs(ChatOptions? options, out double? top)
    {
        top = options is null ? null : LocalProperties.Number(options, LocalProperties.TopLogprobs);
        return options is not null && (LocalProperties.Flag(options, LocalProperties.Logprobs) || top > 0);
    }

    public static bool WantsConfidence(ChatOptions? options) => options is not null && LocalProperties.Flag(options, LocalProperties.WantsConfidence);

    private static EngineFault? Unsupported(ChatOptions options)
    {
        if (options.Tools is { Count: > 0 } && options.ToolMode is not NoneChatToolMode)
        {
            return new EngineFault(EngineFaultKind.Unsupported, "The local engine does not call tools; leave the tools out, or choose a model of a provider that calls them.");
        }

        return LocalProperties.Number(options, LocalProperties.ChoiceCount) is { } choices and not 1
            ? new EngineFault(EngineFaultKind.Unsupported, $"{choices} answers were asked for and the local engine makes one; ask {choices} times, or set {LocalProperties.ChoiceCount} to 1.")
            : null;
    }

    private bool TryReadPrompt(IEnumerable<ChatMessage> messages, ChatOptions options, [NotNullWhen(true)] out List<int>? prompt, [NotNullWhen(false)] out EngineFault? fault)
    {
        prompt = null;
        List<ChatMessage> all = [.. messages];
        if (options.Instructions is { Length: > 0 } instructions)
        {
            all.Insert(0, new ChatMessage(ChatRole.System, instructions));
        }

        var effort = options.Reasoning?.Effort;
        var template = new ChatPromptOptions { Thinking = effort is null ? null : effort != ReasoningEffort.None };
        if (!engine.Template.TryRender(QuotedTokens.Mark(all, engine.Tokenizer), template, out var text, out fault))
        {
            return false;
        }

        prompt = [];
        var tokenizer = engine.Tokenizer;
        QuotedTokens.Encode(text, tokenizer, prompt);
        if (tokenizer is { AddsBeginOfText: true, BeginOfText: { } begin } && (prompt.Count == 0 || prompt[0] != begin))
        {
            // Many templates write it themselves; twice would be a prompt that the model never saw.
            prompt.Insert(0, begin);
        }

        return true;
    }

    private bool TryReadSampling(ChatOptions options, [NotNullWhen(true)] out SamplingOptions? sampling, [NotNullWhen(false)] out EngineFault? fault)
    {
        var defaults = engine.Sampling;
        var repetition = LocalProperties.Number(options, LocalProperties.RepetitionPenalty) ?? LocalProperties.Number(options, LocalProperties.RepeatPenalty);
        sampling = defaults with
        {
            Temperature = options.Temperature ?? defaults.Temperature,
            TopK = options.TopK ?? defaults.TopK,
            TopP = options.TopP ?? defaults.TopP,
            MinP = (float?)LocalProperties.Number(options, LocalProperties.MinP) ?? defaults.MinP,
            RepetitionPenalty = (float?)repetition ?? defaults.RepetitionPenalty,
            PresencePenalty = options.PresencePenalty ?? 0,
            FrequencyPenalty = options.FrequencyPenalty ?? 0,
            Seed = options.Seed is { } seed ? unchecked((ulong)seed) : null,
        };
        fault = RequestCheck.CheckSampling(sampling);
        return fault is null;
    }

    private bool TryReadGrammar(ChatResponseFormat? format, out JsonSchemaGrammar? grammar, [NotNullWhen(false)] out EngineFault? fault)
    {
        grammar = null;
        fault = null;
        return format is not ChatResponseFormatJson json || grammars.TryGet(json.Schema ?? AnyObject, out grammar, out fault);
    }

    private static EngineFault Invalid(string message) => new(EngineFaultKind.InvalidRequest, message);
}
