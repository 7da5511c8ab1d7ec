using Signalbox.Configuration;
using Signalbox.Dialects;

namespace Signalbox.Sensitivity;

/// <summary>
/// The last check before a socket (promise 1): whatever planned the call, a confidential request is not sent to a provider that is not local.
/// The planner has removed such providers long before; this holds when it was wrong.
/// </summary>
internal static class Interlock
{
    /// <summary>Null where the request may be sent.</summary>
    public static GatewayError? Refuse(SensitivityLabel label, string provider, Locality locality) =>
        label < SensitivityLabel.Confidential || locality == Locality.Local
            ? null
            : new GatewayError(ErrorKind.NoCandidate, $"The request is confidential and {provider} is not local, so nothing was sent there. Add a local model to the route.") { IsOfTarget = true };
}
