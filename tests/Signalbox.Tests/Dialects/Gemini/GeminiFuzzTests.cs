using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Signalbox.Catalog;
using Signalbox.Dialects;
using Signalbox.Dialects.Gemini;
using Signalbox.Tests.Support;
using static Signalbox.Tests.Dialects.Gemini.GeminiSupport;

namespace Signalbox.Tests.Dialects.Gemini;

/// <summary>Valid bodies with one or two values replaced by others.</summary>
public class GeminiFuzzTests
{
    private const int Mutations = 4000;

    private static readonly string[] Values =
        ["null", "true", "0", "-1", "1e300", "\"\"", "\"x\"", "\"%%\"", "[]", "{}", "[null]", "[[1]]", "{\"a\":{\"b\":[1]}}", "{\"type\":[\"x\"]}", "{\"$ref\":\"#\"}"];

    [Fact]
    public void No_request_makes_the_reader_or_the_writer_throw()
    {
        var random = new Random(20250101);
        var body = GoldenFile.Read("caller.request.json");
        var accepted = 0;
        for (var i = 0; i < Mutations; i++)
        {
            var mutated = Mutate(body, random);
            var problems = new ReadProblems();
            var request = GeminiDialect.Sse.ReadRequest(new InboundRequest(Json(mutated), "m"), problems);
            Assert.True(request is null == problems.Error is not null, mutated);
            if (request is not null)
            {
                accepted++;
                foreach (var upstream in new[] { "gemini-2.0-flash", "gemini-2.5-pro", "gemini-3-pro-preview" })
                {
                    // What was accepted is written as JSON that is accepted again.
                    var kind = upstream.Contains("3-pro", StringComparison.Ordinal) ? ReasoningKind.Level : ReasoningKind.Budget;
                    var (written, _) = Write(request, upstream, new ModelCapabilities { Reasoning = kind });
                    var again = new ReadProblems();
                    GeminiDialect.Sse.ReadRequest(new InboundRequest(written, "m"), again);
                    Assert.True(again.Error is null || written.GetProperty("contents").GetArrayLength() == 0, $"{again.Error?.Message}: {mutated}");
                }
            }
        }

        Assert.InRange(accepted, 1, Mutations - 1);
    }

    [Fact]
    public void No_answer_makes_the_reader_throw_anything_but_a_json_exception()
    {
        const string Answer =
            """
            {"candidates":[{"content":{"parts":[{"text":"a","thought":true,"thoughtSignature":"c2ln"},{"functionCall":{"id":"c","name":"f","args":{"a":1}}},
             {"inlineData":{"mimeType":"image/png","data":"AAAA"}},{"functionCall":{"name":"g","partialArgs":[{"jsonPath":"$.a[0]","stringValue":"x"}],"willContinue":true}}],"role":"model"},
             "finishReason":"STOP","index":0,"logprobsResult":{"chosenCandidates":[{"token":"a","logProbability":-1}],"topCandidates":[{"candidates":[]}]}}],
             "promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":2},"modelVersion":"m","responseId":"r","createTime":"2025-01-01T00:00:00Z"}
            """;
        var random = new Random(20250102);
        for (var i = 0; i < Mutations; i++)
        {
            var mutated = Mutate(Answer, random);
            var problems = new ReadProblems();
            var response = GeminiDialect.Sse.ReadResponse(Json(mutated), problems);
            Assert.True(response is null == problems.Error is not null, mutated);
            if (response is not null)
            {
                WriteAnswer(response);
            }

            ReadStream(mutated);
        }
    }

    [Fact]
    public void No_error_and_no_embedding_makes_a_reader_throw()
    {
        const string Body =
            """
            {"error":{"code":429,"message":"retry in 5s","status":"RESOURCE_EXHAUSTED","details":[{"reason":"R","retryDelay":"5s"},{"fieldViolations":[{"field":"f"}]},{"violations":[{"quotaId":"PerDay"}]}]},
             "embedding":{"values":[1,2]},"embeddings":[{"values":[1]}],"usageMetadata":{"promptTokenCount":1},
             "requests":[{"content":{"parts":[{"text":"a"}]},"outputDimensionality":3}],"content":{"parts":[{"text":"a"}]}}
            """;
        var random = new Random(20250103);
        for (var i = 0; i < Mutations; i++)
        {
            var mutated = Json(Mutate(Body, random));
            Assert.NotEmpty(GeminiDialect.Sse.ReadError(429, mutated).Message);
            GeminiDialect.Sse.ReadEmbeddings(mutated, new ReadProblems());
            GeminiDialect.Sse.ReadEmbeddingRequest(new InboundRequest(mutated, "m"), new ReadProblems());
        }
    }

    private static void ReadStream(string chunk)
    {
        var oneLine = JsonNode.Parse(chunk)?.ToJsonString() ?? "null";
        try
        {
            var reader = GeminiDialect.Sse.CreateStreamReader();
            var updates = Streams.ReadUpdates(reader, StreamFraming.Sse, Encoding.UTF8.GetBytes(Sse(oneLine)));
            var tap = GeminiDialect.Sse.CreateTap(Request([]));
            tap.Observe(default, Encoding.UTF8.GetBytes(Chunk("""{"text":"first"}""")));
            tap.Observe(default, Encoding.UTF8.GetBytes(oneLine));
            Assert.Equal(reader.IsFinished, tap.IsFinished);
            Streams.Write(GeminiDialect.Sse.CreateStreamWriter(Context()), updates);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The protocol was broken, and the pump says so.
        }
    }

    private static string Mutate(string json, Random random)
    {
        var root = JsonNode.Parse(json)!;
        for (var times = random.Next(1, 3); times > 0; times--)
        {
            var places = new List<Action<JsonNode?>>();
            Collect(root, places);
            places[random.Next(places.Count)](JsonNode.Parse(Values[random.Next(Values.Length)]));
        }

        return root.ToJsonString();
    }

    private static void Collect(JsonNode? node, List<Action<JsonNode?>> places)
    {
        if (node is JsonObject parent)
        {
            foreach (var (name, child) in parent)
            {
                places.Add(value => parent[name] = value);
                Collect(child, places);
            }
        }
        else if (node is JsonArray array)
        {
            for (var i = 0; i < array.Count; i++)
            {
                var position = i;
                places.Add(value => array[position] = value);
                Collect(array[i], places);
            }
        }
    }
}
