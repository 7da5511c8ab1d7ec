using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Dialects.Gemini;
using static Signalbox.Tests.Dialects.Gemini.GeminiSupport;

namespace Signalbox.Tests.Dialects.Gemini;

public class GeminiEmbeddingTests
{
    private const string Single = """{"model":"models/e","content":{"parts":[{"text":"one"}]},"taskType":"RETRIEVAL_QUERY","outputDimensionality":3}""";

    private const string Batch =
        """{"requests":[{"model":"models/e","content":{"parts":[{"text":"one"}]},"output_dimensionality":3},{"model":"models/e","content":{"parts":[{"text":"two"},{"text":"lines"}]}}]}""";

    private static EmbeddingRequest Read(string body)
    {
        var problems = new ReadProblems();
        var request = GeminiDialect.Sse.ReadEmbeddingRequest(new InboundRequest(Json(body), "e"), problems);
        Assert.Null(problems.Error);
        return request!;
    }

    private static string Write(EmbeddingRequest request) => Text(json => GeminiDialect.Sse.WriteEmbeddingRequest(request, "e", json));

    private static GeneratedEmbeddings<Embedding<float>> Vectors(params float[][] vectors) => [.. vectors.Select(static vector => new Embedding<float>(vector))];

    [Fact]
    public void One_text_is_read_and_written()
    {
        var request = Read(Single);

        Assert.Equal(("e", "one", 3, "RETRIEVAL_QUERY"), (request.Model, Assert.Single(request.Inputs), request.Dimensions, request.TaskType));
        Assert.Equal(Single, Write(request));
        Assert.Equal("/v1beta/models/e:embedContent", GeminiDialect.Sse.EmbeddingPath("e", request));
    }

    [Fact]
    public void A_batch_is_read_and_written()
    {
        var request = Read(Batch);

        Assert.Equal(["one", "two\nlines"], request.Inputs);
        Assert.Equal(3, request.Dimensions);
        Assert.Equal(
            """{"requests":[{"model":"models/e","content":{"parts":[{"text":"one"}]},"outputDimensionality":3},{"model":"models/e","content":{"parts":[{"text":"two\nlines"}]},"outputDimensionality":3}]}""",
            Write(request));
        Assert.Equal("/v1beta/models/e:batchEmbedContents", GeminiDialect.Sse.EmbeddingPath("e", request));
    }

    [Fact]
    public void A_batch_of_one_stays_a_batch_because_the_official_clients_always_send_one()
    {
        var request = Read("""{"requests":[{"content":{"parts":[{"text":"one"}]}}]}""");

        Assert.Equal("/v1beta/models/e:batchEmbedContents", GeminiDialect.Sse.EmbeddingPath("e", request));
        Assert.StartsWith("""{"requests":""", Write(request), StringComparison.Ordinal);
        Assert.Equal("""{"embeddings":[{"values":[1,0.5]}]}""", Text(json => GeminiDialect.Sse.WriteEmbeddings(Vectors([1, 0.5f]), request, "e", json)));
    }

    [Fact]
    public void Texts_from_another_dialect_are_a_batch_when_there_are_several()
    {
        var request = new EmbeddingRequest { Model = "e", Inputs = ["a", "b"] };

        Assert.Equal("/v1beta/models/e:batchEmbedContents", GeminiDialect.Sse.EmbeddingPath("e", request));
        Assert.Equal("/v1beta/models/e:embedContent", GeminiDialect.Sse.EmbeddingPath("e", request with { Inputs = ["a"] }));
    }

    [Fact]
    public void Vectors_are_read_in_both_shapes_and_written_in_the_callers()
    {
        var problems = new ReadProblems();
        var one = GeminiDialect.Sse.ReadEmbeddings(Json("""{"embedding":{"values":[0.25,-1]},"usageMetadata":{"promptTokenCount":2}}"""), problems)!;
        var two = GeminiDialect.Sse.ReadEmbeddings(Json("""{"embeddings":[{"values":[1]},{"values":[2]}]}"""), problems)!;

        Assert.Equal([0.25f, -1f], Assert.Single(one).Vector.ToArray());
        Assert.Equal(2, one.Usage!.InputTokenCount);
        Assert.Equal((2, null), (two.Count, two.Usage));
        Assert.Equal("""{"embedding":{"values":[0.25,-1]},"usageMetadata":{"promptTokenCount":2}}""", Text(json => GeminiDialect.Sse.WriteEmbeddings(one, Read(Single), "e", json)));
        Assert.Equal("""{"embeddings":[{"values":[1]},{"values":[2]}]}""", Text(json => GeminiDialect.Sse.WriteEmbeddings(two, Read(Batch), "e", json)));
    }

    [Theory]
    [InlineData("{}", "content")]
    [InlineData("""{"content":{}}""", "content.parts")]
    [InlineData("""{"content":{"parts":[{"inlineData":{}}]}}""", "content.parts[0].text")]
    [InlineData("""{"requests":[]}""", "requests")]
    [InlineData("""{"requests":{}}""", "requests")]
    [InlineData("""{"requests":[{"content":{"parts":[{"text":"a"}]}},5]}""", "requests[1]")]
    [InlineData("""{"content":{"parts":[{"text":"a"}]},"outputDimensionality":"x"}""", "outputDimensionality")]
    public void A_wrong_field_is_named(string body, string field)
    {
        var problems = new ReadProblems();
        Assert.Null(GeminiDialect.Sse.ReadEmbeddingRequest(new InboundRequest(Json(body), "e"), problems));
        Assert.Equal(field, problems.Error!.Field);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"embedding":{}}""")]
    [InlineData("""{"embeddings":[{"values":["x"]}]}""")]
    [InlineData("""{"embeddings":[5]}""")]
    [InlineData("[]")]
    public void An_answer_without_vectors_breaks_the_protocol(string body)
    {
        var problems = new ReadProblems();
        Assert.Null(GeminiDialect.Sse.ReadEmbeddings(Json(body), problems));
        Assert.NotNull(problems.Error);
    }

    [Fact]
    public void A_token_count_is_written()
    {
        Assert.Equal("""{"totalTokens":31}""", Text(json => GeminiDialect.Sse.WriteTokenCount(31, json)));
        Assert.Equal("/v1beta/models/m:countTokens", GeminiDialect.Sse.CountTokensPath("m"));
    }
}
