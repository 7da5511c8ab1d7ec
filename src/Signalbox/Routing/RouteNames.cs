namespace Signalbox.Routing;

/// <summary>Routes that exist whatever the configuration says.</summary>
internal static class RouteNames
{
    public const string Auto = "auto";
}
