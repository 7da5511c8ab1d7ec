using System.Buffers;
using System.Text.Json;
using Signalbox.Dialects;
using Signalbox.Dialects.Json;
using Signalbox.Pipeline.Reading;
using Signalbox.Providers;
using Signalbox.Sensitivity;
using Signalbox.Routing.Decisions;

namespace Signalbox.Pipeline;

/// <summary>
/// Token counts: asked of a provider of the caller's dialect, else estimated here. Never sent to an endpoint that generates.
/// </summary>
internal sealed class CountTokensOperation(ITokenCountDialect dialect) : SideOperation
{
    private const int TokensPerAttachment = 800;

    public override RequestKind Kind => RequestKind.TokenCount;

    public override bool IsBilled => false;

    public override GatewayError? Read(RequestContext context)
    {
        var body = context.Document!.RootElement;
        var problems = new ReadProblems();
        if (!problems.Is(body, JsonValueKind.Object, null, "a JSON object"))
        {
            return problems.Error;
        }

        var model = context.PathModel ?? problems.String(body, "model", required: true);
        var hasWrapped = body.TryGetProperty("generateContentRequest", out _);
        if (!hasWrapped)
        {
            problems.Array(body, dialect.MessagesField, required: true);
        }

        if (problems.Error is null)
        {
            context.Request = Named(model!, body);
        }

        return problems.Error;
    }

    public override async Task<(SideResult? Result, FailedAnswer? Failure)> SendAsync(ProviderCall call, CancellationToken cancel)
    {
        var context = call.Context;
        var upstream = call.Deployment.Upstream;
        if (call.Deployment.Provider is not HttpProvider provider || !provider.Speaks(context.Dialect)
            || Interlock.Refuse(context.Sensitivity, provider.Name, provider.Locality) is not null)
        {
            return (Estimate(call), null);
        }

        using var body = new PooledBuffer();
        var editor = new BodyEditor(context.Body, context.Request.Body);
        if (context.Dialect!.HasModelInBody)
        {
            editor.Set("model", JsonText.Quote(upstream));
        }

        editor.Remove("signalbox");
        editor.WriteTo(body);
        var answer = await provider.PostAsync(dialect.CountTokensPath(upstream), call, body.Written, context.Dialect, cancel);
        return answer.Failure is { } failure ? (null, failure) : (new SideResult(answer.Body, answer.ContentType, null), null);
    }

    private SideResult Estimate(ProviderCall call)
    {
        call.Losses.Add("input_tokens", LossKind.Approximated);
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, JsonText.Compact))
        {
            dialect.WriteTokenCount(CountBody(call.Context.Request.Body), json);
        }

        return new SideResult(output.WrittenMemory, "application/json", null);
    }

    private static int CountBody(JsonElement body)
    {
        long characters = 0;
        long attachments = 0;
        Walk(body, ref characters, ref attachments);
        return (int)Math.Min(int.MaxValue, TokenEstimate.OfText(characters) + (attachments * TokensPerAttachment));
    }

    private static void Walk(JsonElement element, ref long characters, ref long attachments)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    if (property.NameEquals("data"u8))
                    {
                        attachments++;
                    }
                    else if (!property.NameEquals("model"u8) && !property.NameEquals("type"u8) && !property.NameEquals("role"u8))
                    {
                        characters += property.Name.Length;
                        Walk(property.Value, ref characters, ref attachments);
                    }
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    Walk(item, ref characters, ref attachments);
                }

                break;
            case JsonValueKind.String:
                characters += element.GetString()!.Length;
                break;
        }
    }
}
