using Signalbox.Dialects;
using Signalbox.Pipeline.Reading;
using Signalbox.Routing.Profiles;
using Signalbox.Sensitivity;
using Signalbox.Sensitivity.Masking;

namespace Signalbox.Pipeline;

/// <summary>Step 3: which route was asked, what the caller says about the request, how sensitive it is, and what it is.</summary>
internal sealed class RequestProfiling
{
    private readonly Profiler _profiler = new();

    /// <summary>Fills in the context's route, hints, label and profile. Null, or why the request is refused.</summary>
    public GatewayError? Profile(RequestContext context)
    {
        var request = context.Request;
        context.Decision.RequestedModel = request.Model;
        if ((context.Targets = context.Snapshot.Find(request.Model)) is not { } route)
        {
            return context.Snapshot.NotFound(request.Model);
        }

        context.Decision.Route = route.Route;
        if (ReadHints(context) is { } wrong)
        {
            return wrong;
        }

        Label(context, context.Snapshot.Sensitivity.Inspect(request));
        if (context.Inspection is { Injection: { IsDetected: true, Action: InjectionAction.Block } signal })
        {
            return Blocked(signal);
        }

        if (Mask(context) is { } unmaskable)
        {
            return unmaskable;
        }

        var settings = route.Settings;
        context.Profile = _profiler.Profile(context.Request, context.Hints, settings.Task is { } task ? new RouteHints { Task = task } : null, context.PresentedKey);
        return null;
    }

    /// <summary>Reads what the caller says. Null, or what is wrong with it.</summary>
    public static GatewayError? ReadHints(RequestContext context)
    {
        var words = context.Snapshot.HintWords;
        var hints = context.Dialect is null && context.CallerName is null
            ? HintReader.Read(context.Request.Options, words, out var error)
            : HintReader.Read(context.HintHeaders, context.Dialect is null ? context.HintBody : context.Request.Body, words, out error);
        context.Hints = hints ?? CallerHints.None;
        return error;
    }

    /// <summary>Sets the label: what was detected, or what the caller says where that is higher. A detector that failed has said confidential.</summary>
    public static void Label(RequestContext context, SensitivityReport report)
    {
        var said = context.Hints.Sensitivity ?? SensitivityLabel.Public;
        context.Inspection = report;
        context.Sensitivity = said > report.Label ? said : report.Label;
        context.Decision.SensitiveKinds = report.Kinds();
        context.Decision.Injection = report.Injection;
    }

    /// <summary>Puts placeholders into an internal request, where the configuration wants that, and reads it anew.</summary>
    private static GatewayError? Mask(RequestContext context)
    {
        var detector = context.Snapshot.Sensitivity;
        if (context.Sensitivity != SensitivityLabel.Internal || !detector.Config.Masking.Enabled)
        {
            return null;
        }

        var masker = new Masker(detector);
        GatewayError? error = null;
        if (context.Dialect is null)
        {
            context.Request = MaskedMessages.Of(context.Request, masker);
        }
        else
        {
            var original = context.Document;
            context.Body = MaskedBody.Create(context.Body, context.Request.Body, masker);
            if (masker.Table.Count > 0)
            {
                error = RequestReading.Read(context);
                original?.Dispose();
            }
        }

        context.Mask = masker.Table.Count > 0 ? masker.Table : null;
        return error;
    }

    private static GatewayError Blocked(InjectionSignal signal) => new(ErrorKind.ContentFiltered,
        $"The request looks like a prompt injection (score {signal.Score:0.00}), and sensitivity.injection.action is block. Reword it, or set the action to warn or allow.")
    {
        Code = "prompt_injection",
    };
}
