using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Dialects.Fields;
using Signalbox.Dialects.Json;
using Signalbox.Pipeline.Reading;
using Signalbox.Providers;
using Signalbox.Providers.Local;
using Signalbox.Sensitivity;
using Signalbox.Routing.Decisions;

namespace Signalbox.Pipeline;

/// <summary>Embeddings: relayed to a provider of the caller's dialect, else carried through the vocabulary.</summary>
internal sealed class EmbeddingOperation : SideOperation
{
    private readonly IEmbeddingDialect? _dialect;
    private readonly FieldLedger? _fields;
    private EmbeddingRequest _request = null!;

    /// <summary>For a caller who speaks a dialect.</summary>
    public EmbeddingOperation(IEmbeddingDialect dialect, FieldLedger fields)
    {
        _dialect = dialect;
        _fields = fields;
    }

    /// <summary>For a caller in this process.</summary>
    public EmbeddingOperation(EmbeddingRequest request) => _request = request;

    /// <summary>The vectors, once they are there.</summary>
    public GeneratedEmbeddings<Embedding<float>>? Embeddings { get; private set; }

    public override RequestKind Kind => RequestKind.Embedding;

    public override bool IsBilled => true;

    public override IList<AIContent> Texts(RequestContext context) =>
        _dialect is null ? [.. _request.Inputs.Select(static text => new TextContent(text))] : base.Texts(context);

    public override GatewayError? Read(RequestContext context)
    {
        if (_dialect is null)
        {
            context.Request = Named(_request.Model, default);
            return null;
        }

        var problems = new ReadProblems();
        var body = context.Document!.RootElement;
        var request = _dialect.ReadEmbeddingRequest(new InboundRequest(body, context.PathModel), problems);
        if (request is null || problems.Error is not null)
        {
            return problems.Error ?? GatewayError.Invalid("body", "The body could not be read.");
        }

        _request = request;
        context.Request = Named(request.Model, body);
        return null;
    }

    public override async Task<(SideResult? Result, FailedAnswer? Failure)> SendAsync(ProviderCall call, CancellationToken cancel)
    {
        if (call.Deployment.Provider is LocalProvider local)
        {
            return await SendLocalAsync(local, call, cancel);
        }

        if (call.Deployment.Provider is not HttpProvider { Dialect: var native } provider)
        {
            return Refuse(NoEmbeddings(call));
        }

        var context = call.Context;
        var upstream = call.Deployment.Upstream;
        var relays = provider.Speaks(context.Dialect) && (context.Dialect!.HasModelInBody || context.Request.Model == upstream);
        var spoken = relays ? context.Dialect! : native;
        if (spoken is not IEmbeddingDialect target)
        {
            return Refuse(NoEmbeddings(call));
        }

        using var body = new PooledBuffer();
        if (relays)
        {
            WriteRelayed(context, upstream, body);
        }
        else if (WriteTranslated(call, target, native, body) is { } refusal)
        {
            return Refuse(refusal);
        }

        var answer = await provider.PostAsync(target.EmbeddingPath(upstream, _request), call, body.Written, spoken, cancel);
        return answer.Failure is { } failure ? (null, failure) : Finish(call, target, relays, answer);
    }

    private async Task<(SideResult? Result, FailedAnswer? Failure)> SendLocalAsync(LocalProvider local, ProviderCall call, CancellationToken cancel)
    {
        if (Interlock.Refuse(call.Context.Sensitivity, local.Name, local.Locality) is { } refusal)
        {
            return Refuse(refusal);
        }

        if (_request.Inputs.Count == 0)
        {
            return Refuse(GatewayError.Invalid("input", "Token ids cannot be given to a local model. Send text.") with { IsOfTarget = true });
        }

        var (embeddings, error) = await local.EmbedAsync(call.Deployment.Upstream, [.. _request.Inputs], new EmbeddingGenerationOptions { Dimensions = _request.Dimensions }, cancel);
        if (embeddings is null)
        {
            return Refuse(error!);
        }

        Embeddings = embeddings;
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        if (_dialect is not null)
        {
            using var json = new Utf8JsonWriter(output, JsonText.Compact);
            _dialect.WriteEmbeddings(embeddings, _request, call.Context.Request.Model, json);
        }

        return (new SideResult(output.WrittenMemory, "application/json", embeddings.Usage ?? Estimate()), null);
    }

    private static void WriteRelayed(RequestContext context, string upstream, PooledBuffer body)
    {
        var editor = new BodyEditor(context.Body, context.Request.Body);
        if (context.Dialect!.HasModelInBody && context.Request.Model != upstream)
        {
            editor.Set("model", JsonText.Quote(upstream));
        }

        editor.Remove("signalbox");
        editor.WriteTo(body);
    }

    private GatewayError? WriteTranslated(ProviderCall call, IEmbeddingDialect target, IDialect native, PooledBuffer body)
    {
        if (_request.Inputs.Count == 0)
        {
            return GatewayError.Invalid("input", $"Token ids cannot be carried to {call.Deployment.ProviderName}. Send text.") with { IsOfTarget = true };
        }

        var context = call.Context;
        if (context.Dialect is not null && context.Dialect.Family != native.Name)
        {
            _fields!.AssessRequest(context.Request.Body, context.Dialect.Family, native.Name, call.Losses, FieldOperation.Embedding);
        }

        using var json = new Utf8JsonWriter(body, JsonText.Compact);
        target.WriteEmbeddingRequest(_request, call.Deployment.Upstream, json);
        return null;
    }

    private (SideResult? Result, FailedAnswer? Failure) Finish(ProviderCall call, IEmbeddingDialect target, bool relays, SideAnswer answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            var problems = new ReadProblems();
            var embeddings = target.ReadEmbeddings(document.RootElement, problems);
            if (embeddings is null || problems.Error is not null)
            {
                return Refuse(Invalid(call));
            }

            var usage = embeddings.Usage ?? Estimate();
            Embeddings = embeddings;
            if (relays || _dialect is null)
            {
                return (new SideResult(answer.Body, answer.ContentType, usage), null);
            }

            var output = new System.Buffers.ArrayBufferWriter<byte>(answer.Body.Length);
            using (var json = new Utf8JsonWriter(output, JsonText.Compact))
            {
                _dialect.WriteEmbeddings(embeddings, _request, call.Context.Request.Model, json);
            }

            return (new SideResult(output.WrittenMemory, "application/json", usage), null);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Refuse(Invalid(call));
        }
    }

    /// <summary>Gemini counts no tokens here.</summary>
    private UsageDetails Estimate()
    {
        long characters = 0;
        foreach (var input in _request.Inputs)
        {
            characters += input.Length;
        }

        var tokens = TokenEstimate.OfText(characters);
        return new UsageDetails { InputTokenCount = tokens, TotalTokenCount = tokens };
    }

    private static GatewayError NoEmbeddings(ProviderCall call) => new(ErrorKind.InvalidRequest,
        $"{call.Deployment.ProviderName} has no embeddings. Ask for a model of a provider that speaks openai-chat, gemini or ollama.")
    { Field = "model", IsOfTarget = true };

    private static GatewayError Invalid(ProviderCall call) =>
        new(ErrorKind.UpstreamInvalid, $"{call.Deployment.ProviderName} answered something that its protocol does not allow.");
}
