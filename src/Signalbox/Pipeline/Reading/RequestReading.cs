using System.Text.Json;
using Signalbox.Dialects;

namespace Signalbox.Pipeline.Reading;

/// <summary>Step 2: the caller's bytes become a request in the vocabulary, or an error that names the field.</summary>
internal static class RequestReading
{
    private const int LongestModelName = 512;

    /// <summary>Reads the context's body. A caller in this process has brought a request already.</summary>
    public static GatewayError? Read(RequestContext context)
    {
        if (context.Dialect is not { } dialect)
        {
            return null;
        }

        var document = RequestBody.Parse(context.Body, out var error);
        if (document is null)
        {
            return error;
        }

        // Lives as long as the request: the vocabulary and the relay both look into it. Not pooled beyond that.
        context.Document = document;
        var problems = new ReadProblems();
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            return GatewayError.Invalid("body", "The body must be a JSON object.");
        }

        var request = dialect.ReadRequest(new InboundRequest(document.RootElement, context.PathModel, context.PathStream), problems);
        if (request is null || problems.Error is not null)
        {
            return problems.Error ?? GatewayError.Invalid("body", "The body could not be read.");
        }

        if (CheckModel(request.Model) is { } nameless)
        {
            return nameless;
        }

        context.Request = request;
        return null;
    }

    /// <summary>
    /// Null, or why no model can have this name. Names of models are kept for longer than their request (decisions, states of
    /// deployments) and stand in notices, so whatever a caller sends must not be taken for one.
    /// </summary>
    public static GatewayError? CheckModel(string name)
    {
        if (name.Length == 0)
        {
            return GatewayError.Invalid("model", "model must not be empty. GET /v1/models lists what there is.");
        }

        var isName = name.Length <= LongestModelName;
        for (var i = 0; isName && i < name.Length; i++)
        {
            isName = !char.IsControl(name[i]);
        }

        return isName ? null : GatewayError.Invalid("model", $"model must have at most {LongestModelName} characters, none of them control characters. GET /v1/models lists what there is.");
    }
}
