using System.Globalization;
using System.Text.Json.Nodes;

namespace Signalbox.Tests.Dialects.Pairs;

/// <summary>Says a conversation in a dialect, from the dialect's published form and without the dialect's own code.</summary>
internal static partial class RequestBodies
{
    /// <summary>Where each dialect has the settings that are plain values. What is not listed it cannot say.</summary>
    private static readonly Dictionary<string, string> Places = new()
    {
        ["openai-chat"] = "temperature top_p frequency_penalty presence_penalty seed max_tokens stop user n parallel_tool_calls stream",
        ["openai-responses"] = "temperature top_p max_tokens=max_output_tokens user parallel_tool_calls stream",
        ["anthropic-messages"] = "temperature top_p top_k max_tokens stop=stop_sequences user=metadata.user_id stream",
        ["gemini"] = "temperature=generationConfig.temperature top_p=generationConfig.topP top_k=generationConfig.topK "
            + "frequency_penalty=generationConfig.frequencyPenalty presence_penalty=generationConfig.presencePenalty seed=generationConfig.seed "
            + "max_tokens=generationConfig.maxOutputTokens stop=generationConfig.stopSequences n=generationConfig.candidateCount",
        ["ollama"] = "temperature=options.temperature top_p=options.top_p top_k=options.top_k frequency_penalty=options.frequency_penalty "
            + "presence_penalty=options.presence_penalty seed=options.seed max_tokens=options.num_predict stop=options.stop stream",
    };

    public static JsonObject Of(Conversation conversation, string dialect)
    {
        var body = dialect switch
        {
            "openai-chat" => OpenAiChat(conversation),
            "openai-responses" => OpenAiResponses(conversation),
            "anthropic-messages" => Anthropic(conversation),
            "gemini" => Gemini(conversation),
            _ => Ollama(conversation),
        };
        foreach (var place in Places[dialect].Split(' '))
        {
            var (name, path) = place.Split('=') is [var from, var to] ? (from, to) : (place, place);
            if (conversation[name] is { } value)
            {
                Put(body, path, JsonNode.Parse(value));
            }
        }

        return body;
    }

    private static void Put(JsonObject body, string path, JsonNode? value)
    {
        var steps = path.Split('.');
        foreach (var step in steps[..^1])
        {
            if (body[step] is not JsonObject inner)
            {
                body[step] = inner = [];
            }

            body = inner;
        }

        body[steps[^1]] = value;
    }

    /// <summary>An object without the members that have no value.</summary>
    private static JsonObject Obj(params ReadOnlySpan<(string Name, JsonNode? Value)> members)
    {
        var json = new JsonObject();
        foreach (var (name, value) in members)
        {
            if (value is not null)
            {
                json[name] = value;
            }
        }

        return json;
    }

    private static JsonArray Arr(IEnumerable<JsonNode?> items) => [.. items];

    private static string Word(string json) => JsonNode.Parse(json)!.GetValue<string>();

    private static bool IsWord(string json) => json.StartsWith('"');

    /// <summary>Calls are numbered through the conversation.</summary>
    private static string Id(int turn, int place) => string.Create(CultureInfo.InvariantCulture, $"call_{turn}_{place}");

    private static JsonArray? Tools(Conversation conversation, Func<Tool, JsonNode> tool) =>
        conversation.Tools.Length == 0 ? null : Arr(conversation.Tools.Select(tool));
}
