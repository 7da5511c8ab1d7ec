using Signalbox.Dialects;
using Signalbox.Routing;

namespace Signalbox.Pipeline;

/// <summary>Which failures another target may be tried for (contract section 5).</summary>
internal static class MoveOnRule
{
    public static bool Allows(GatewayError error, Deployment next) => error.Kind switch
    {
        // The caller's own request is wrong everywhere, unless only the last target could not take it.
        ErrorKind.InvalidRequest => error.IsOfTarget,
        // Another model may have more room or other rules, where the route declares one for that.
        ErrorKind.ContextLength or ErrorKind.ContentFiltered => next.IsFallback,
        _ => true,
    };
}
