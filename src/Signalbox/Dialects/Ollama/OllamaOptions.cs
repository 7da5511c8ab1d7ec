using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects.OpenAiChat;

namespace Signalbox.Dialects.Ollama;

/// <summary>What a request says beside its messages: the <c>options</c> object, the form of the answer, thinking.</summary>
internal static class OllamaOptions
{
    /// <summary>The <c>options</c> object as it came; what has no place in the vocabulary is written back from it.</summary>
    private const string CarriedOptions = "ollama.options";
    private const string CarriedKeepAlive = "ollama.keep_alive";

    /// <summary>Members of <c>options</c> that the vocabulary has.</summary>
    private static readonly string[] Known =
        ["temperature", "top_p", "top_k", "frequency_penalty", "presence_penalty", "seed", "num_predict", "stop"];

    public static ChatOptions Read(JsonElement body, ReadProblems problems)
    {
        var options = new ChatOptions();
        if (problems.Object(body, "options") is { } given)
        {
            problems.Enter("options");
            ReadSampling(given, options, problems);
            problems.Leave();
        }

        ReadFormat(body, options, problems);
        OllamaThinking.Read(body, options, problems);
        Vocabulary.Set(options, Vocabulary.Logprobs, problems.Bool(body, "logprobs"));
        Vocabulary.Set(options, Vocabulary.TopLogprobs, problems.Int(body, "top_logprobs"));
        ReadKeepAlive(body, options, problems);
        return options;
    }

    public static void Write(OutboundRequest outbound, Utf8JsonWriter json)
    {
        var options = outbound.Request.Options;
        WriteFormat(options, json);
        OllamaThinking.Write(outbound, json);
        if (Vocabulary.Get<bool?>(options.AdditionalProperties, Vocabulary.Logprobs) is { } logprobs)
        {
            json.WriteBoolean("logprobs"u8, logprobs);
            if (logprobs && Vocabulary.Get<int?>(options.AdditionalProperties, Vocabulary.TopLogprobs) is { } top)
            {
                json.WriteNumber("top_logprobs"u8, top);
            }
        }

        if (Vocabulary.Get<JsonElement?>(options.AdditionalProperties, CarriedKeepAlive) is { } keepAlive)
        {
            json.WritePropertyName("keep_alive"u8);
            keepAlive.WriteTo(json);
        }

        json.WriteStartObject("options"u8);
        WriteSampling(outbound, json);
        WriteCarried(options, json);
        json.WriteEndObject();
    }

    private static void ReadSampling(JsonElement given, ChatOptions options, ReadProblems problems)
    {
        options.Temperature = problems.Number(given, "temperature");
        options.TopP = problems.Number(given, "top_p");
        options.TopK = problems.Int(given, "top_k");
        options.FrequencyPenalty = problems.Number(given, "frequency_penalty");
        options.PresencePenalty = problems.Number(given, "presence_penalty");
        options.Seed = problems.Long(given, "seed");
        // Negative means without a limit.
        options.MaxOutputTokens = problems.Int(given, "num_predict") is >= 0 and var limit ? limit : null;
        options.StopSequences = ReadStop(given, problems);
        foreach (var member in given.EnumerateObject())
        {
            if (Array.IndexOf(Known, member.Name) < 0)
            {
                Vocabulary.Set(options, CarriedOptions, given);
                break;
            }
        }
    }

    private static List<string>? ReadStop(JsonElement given, ReadProblems problems)
    {
        if (problems.Get(given, "stop", required: false) is not { } stop)
        {
            return null;
        }

        if (stop.ValueKind == JsonValueKind.String)
        {
            return [stop.GetString()!];
        }

        return problems.Is(stop, JsonValueKind.Array, "stop", "a string or an array of strings") ? OpenAiShared.Strings(stop, "stop", problems) : null;
    }

    private static void ReadFormat(JsonElement body, ChatOptions options, ReadProblems problems)
    {
        if (problems.Get(body, "format", required: false) is not { } format)
        {
            return;
        }

        if (format.ValueKind == JsonValueKind.Object)
        {
            options.ResponseFormat = ChatResponseFormat.ForJsonSchema(format);
        }
        else if (format.ValueKind == JsonValueKind.String && format.GetString() is "" or "json")
        {
            // The official Python client sends an empty text when nothing is asked for.
            options.ResponseFormat = format.ValueEquals("json"u8) ? ChatResponseFormat.Json : null;
        }
        else
        {
            problems.Fail("format", "must be \"json\" or a JSON schema");
        }
    }

    private static void ReadKeepAlive(JsonElement body, ChatOptions options, ReadProblems problems)
    {
        if (problems.Get(body, "keep_alive", required: false) is not { } keepAlive)
        {
            return;
        }

        if (keepAlive.ValueKind is JsonValueKind.String or JsonValueKind.Number)
        {
            Vocabulary.Set(options, CarriedKeepAlive, keepAlive);
        }
        else
        {
            problems.Fail("keep_alive", "must be a duration such as \"5m\" or a number of seconds");
        }
    }

    private static void WriteFormat(ChatOptions options, Utf8JsonWriter json)
    {
        if (options.ResponseFormat is not ChatResponseFormatJson format)
        {
            return;
        }

        if (format.Schema is not { } schema)
        {
            json.WriteString("format"u8, "json"u8);
            return;
        }

        json.WritePropertyName("format"u8);
        schema.WriteTo(json);
    }

    private static void WriteSampling(OutboundRequest outbound, Utf8JsonWriter json)
    {
        var options = outbound.Request.Options;
        WriteNumber("temperature", options.Temperature, outbound, json);
        WriteNumber("top_p", options.TopP, outbound, json);
        WriteNumber("top_k", options.TopK, outbound, json);
        WriteNumber("frequency_penalty", options.FrequencyPenalty, outbound, json);
        WriteNumber("presence_penalty", options.PresencePenalty, outbound, json);
        if (options.Seed is { } seed)
        {
            json.WriteNumber("seed"u8, seed);
        }

        if (options.MaxOutputTokens is { } limit)
        {
            json.WriteNumber("num_predict"u8, limit);
        }

        if (options.StopSequences is { Count: > 0 } stop)
        {
            json.WriteStartArray("stop"u8);
            foreach (var sequence in stop)
            {
                json.WriteStringValue(sequence);
            }

            json.WriteEndArray();
        }

        if (Vocabulary.Get<int?>(options.AdditionalProperties, Vocabulary.ChoiceCount) is > 1)
        {
            outbound.Losses.Add("n", LossKind.Dropped);
        }
    }

    private static void WriteNumber(string name, float? value, OutboundRequest outbound, Utf8JsonWriter json)
    {
        if (value is not { } number)
        {
            return;
        }

        if (outbound.Capabilities.Sampling)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            outbound.Losses.Add(name, LossKind.Dropped);
        }
    }

    private static void WriteCarried(ChatOptions options, Utf8JsonWriter json)
    {
        if (Vocabulary.Get<JsonElement?>(options.AdditionalProperties, CarriedOptions) is not { } carried)
        {
            return;
        }

        foreach (var member in carried.EnumerateObject())
        {
            if (Array.IndexOf(Known, member.Name) < 0)
            {
                member.WriteTo(json);
            }
        }
    }
}
