using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.OpenAiChat;

/// <summary>Embeddings of the OpenAI API. Vectors are arrays of numbers or base64 of little-endian 32-bit floats.</summary>
internal static class OpenAiEmbeddings
{
    public static EmbeddingRequest? ReadRequest(InboundRequest inbound, ReadProblems problems)
    {
        var body = inbound.Body;
        if (!problems.Is(body, JsonValueKind.Object, null, "a JSON object"))
        {
            return null;
        }

        var model = problems.String(body, "model", required: true);
        var inputs = ReadInputs(body, problems);
        var encoding = problems.String(body, "encoding_format");
        var dimensions = problems.Int(body, "dimensions");
        var user = problems.String(body, "user");
        return problems.Error is not null ? null : new EmbeddingRequest
        {
            Model = model!,
            Inputs = inputs,
            Dimensions = dimensions,
            User = user,
            Base64 = encoding == "base64",
            Body = body,
        };
    }

    public static void WriteRequest(EmbeddingRequest request, string upstream, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("model"u8, upstream);
        json.WriteStartArray("input"u8);
        foreach (var input in request.Inputs)
        {
            json.WriteStringValue(input);
        }

        json.WriteEndArray();
        if (request.Dimensions is { } dimensions)
        {
            json.WriteNumber("dimensions"u8, dimensions);
        }

        if (request.User is { } user)
        {
            json.WriteString("user"u8, user);
        }

        json.WriteEndObject();
    }

    public static GeneratedEmbeddings<Embedding<float>>? Read(JsonElement body, ReadProblems problems)
    {
        if (problems.Array(body, "data", required: true) is not { } data)
        {
            return null;
        }

        var embeddings = new GeneratedEmbeddings<Embedding<float>>(data.GetArrayLength());
        foreach (var item in data.EnumerateArray())
        {
            problems.Enter("data", embeddings.Count);
            var vector = ReadVector(item, problems);
            problems.Leave();
            if (vector is null)
            {
                return null;
            }

            embeddings.Add(new Embedding<float>(vector) { ModelId = OpenAiChatResponseReader.Text(body, "model") });
        }

        embeddings.Usage = body.TryGetProperty("usage", out var usage) ? OpenAiChatResponseReader.ReadUsage(usage) : null;
        return embeddings;
    }

    public static void Write(GeneratedEmbeddings<Embedding<float>> embeddings, EmbeddingRequest request, string model, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        for (var i = 0; i < embeddings.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("object"u8, "embedding"u8);
            json.WriteNumber("index"u8, i);
            WriteVector(embeddings[i].Vector.Span, request.Base64, json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("model"u8, model);
        var input = embeddings.Usage?.InputTokenCount ?? 0;
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, input);
        json.WriteNumber("total_tokens"u8, embeddings.Usage?.TotalTokenCount ?? input);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static List<string> ReadInputs(JsonElement body, ReadProblems problems)
    {
        if (problems.Get(body, "input", required: true) is not { } input)
        {
            return [];
        }

        if (input.ValueKind == JsonValueKind.String)
        {
            return [input.GetString()!];
        }

        if (!problems.Is(input, JsonValueKind.Array, "input", "a string or an array"))
        {
            return [];
        }

        if (input.GetArrayLength() == 0)
        {
            problems.Fail("input", "must hold at least one text");
            return [];
        }

        // Token ids mean something to one tokenizer only: they are relayed, and refused where a translation would be needed.
        return input[0].ValueKind is JsonValueKind.Number or JsonValueKind.Array ? [] : OpenAiShared.Strings(input, "input", problems);
    }

    private static float[]? ReadVector(JsonElement item, ReadProblems problems)
    {
        if (problems.Get(item, "embedding", required: true) is not { } embedding)
        {
            return null;
        }

        if (embedding.ValueKind == JsonValueKind.String)
        {
            var text = embedding.GetString()!;
            if (Base64.IsValid(text, out var length) && length % sizeof(float) == 0)
            {
                return MemoryMarshal.Cast<byte, float>(Convert.FromBase64String(text)).ToArray();
            }

            problems.Fail("embedding", "must be base64 of 32-bit floats");
            return null;
        }

        return FloatVectors.Read(embedding, "embedding", problems);
    }

    private static void WriteVector(ReadOnlySpan<float> vector, bool base64, Utf8JsonWriter json)
    {
        if (base64)
        {
            json.WriteBase64String("embedding"u8, MemoryMarshal.AsBytes(vector));
            return;
        }

        json.WritePropertyName("embedding"u8);
        FloatVectors.Write(vector, json);
    }
}
