using Signalbox.Dialects;

namespace Signalbox.Tests.Dialects.Pairs;

/// <summary>Which aspects of a request a name in the loss report speaks for. What is not named must have arrived.</summary>
internal static class Excuses
{
    /// <summary>Names of losses whose aspect has another name; the others speak for the aspect that they name.</summary>
    private static readonly Dictionary<string, string> ByLoss = new(StringComparer.Ordinal)
    {
        ["tools.function.strict"] = "tools.strict",
        ["tools.functionDeclarations"] = "tools tools.schema",
        ["tools.parameters"] = "tools.schema",
        ["tool_choice.type"] = "tool_choice tools tools.schema tools.strict",
        ["tool_choice"] = "tool_choice tools tools.schema tools.strict",
        ["toolConfig"] = "tool_choice tools tools.schema tools.strict",
        ["toolConfig.functionCallingConfig.mode"] = "tool_choice tools tools.schema tools.strict",
        ["toolConfig.functionCallingConfig"] = "tool_choice tools tools.schema tools.strict",
        ["tool_choice.disable_parallel_tool_use"] = "parallel_tool_calls",
        ["response_format"] = "format system",
        ["stop_sequences"] = "stop",
        ["metadata.user_id"] = "user",
        ["messages.content.is_error"] = "results.is_error",
        ["tool_result.is_error"] = "results.is_error",
        ["messages.system"] = "system order order.images",
        ["messages"] = "texts order order.images",
        ["reasoning"] = "reasoning reasoning.effort",
        ["top_logprobs"] = "logprobs",
        ["options.num_predict"] = "max_tokens",
        ["options.stop"] = "stop",
        ["options.seed"] = "seed",
        ["options.top_k"] = "top_k",
        ["options.frequency_penalty"] = "frequency_penalty",
        ["options.presence_penalty"] = "presence_penalty",
        ["generationConfig.frequencyPenalty"] = "frequency_penalty",
        ["generationConfig.presencePenalty"] = "presence_penalty",
        ["generationConfig.topK"] = "top_k",
        ["generationConfig.seed"] = "seed",
        ["generationConfig.stopSequences"] = "stop",
        ["generationConfig.candidateCount"] = "n",
        ["generationConfig.responseLogprobs"] = "logprobs",
        ["generationConfig.logprobs"] = "logprobs",
        ["messages.thinking"] = "messages.reasoning",
        ["contents.parts.thought"] = "messages.reasoning",
    };

    /// <summary>What is no loss although the report is silent, and why.</summary>
    private static readonly (string? Source, string Target, string Aspect, string Reason)[] Silent =
    [
        (null, "ollama", "order.images", "a message there has one text and its images beside it"),
        ("openai-responses", "gemini", "tools.strict", "strict by default there; what the caller says in so many words is in the ledger"),
        ("openai-responses", "ollama", "tools.strict", "strict by default there; what the caller says in so many words is in the ledger"),
        (null, "anthropic-messages", "max_tokens", "required there: without a limit of the caller's own it is the model's"),
    ];

    public static bool Cover(LossReport losses, string source, string target, string aspect) =>
        Array.Exists(Silent, silent => (silent.Source ?? source) == source && silent.Target == target && silent.Aspect == aspect)
        || losses.Losses.Any(loss => ByLoss.GetValueOrDefault(loss.Field, loss.Field).Split(' ').Contains(aspect));
}
