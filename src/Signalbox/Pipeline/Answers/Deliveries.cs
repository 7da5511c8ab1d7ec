using Signalbox.Dialects;
using Signalbox.Providers;
using Signalbox.Routing;

namespace Signalbox.Pipeline.Answers;

/// <summary>Picks how an answer is brought to its caller.</summary>
internal static class Deliveries
{
    /// <summary>Null when the answer's content type says that it is nothing of the provider's protocol.</summary>
    public static Delivery? Create(ProviderCall call, ProviderAnswer answer, SignatureStore signatures) => answer switch
    {
        CompleteAnswer complete => new InProcessAnswerDelivery(call, complete.Response),
        UpdatesAnswer updates => new UpdatesDelivery(call, new ClientUpdates(updates, call.Deployment.ProviderName), signatures),
        WireAnswer wire when IsPage(wire.ContentType) => null,
        WireAnswer wire when !call.Request.Stream => new CompleteDelivery(call, wire, signatures),
        WireAnswer wire when call.Context.Caller is InProcessCaller =>
            new UpdatesDelivery(call, new WireUpdates(wire, call.Deployment.ProviderName), signatures),
        WireAnswer { Relays: true } wire when !call.MayBeContinued => new RelayedStream(call, wire),
        WireAnswer wire => new TranslatedStream(call, wire, signatures),
        _ => null,
    };

    public static GatewayError NotInProtocol(Deployment target, WireAnswer answer) => new(ErrorKind.UpstreamInvalid,
        $"{target.ProviderName} answered with {answer.ContentType.Split(';')[0]} instead of an answer in its protocol. Check its baseUrl and dialect.");

    /// <summary>A proxy's or a web server's page.</summary>
    private static bool IsPage(string contentType) => contentType.StartsWith("text/html", StringComparison.OrdinalIgnoreCase);
}
