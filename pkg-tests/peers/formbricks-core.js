// Stands in for what Formbricks' server adds to its loader, which is not on npm: gets the surveys, and when the page
// reports anything, brings the surveys' script and shows the first of them. It knows no conditions.
const state = {};

globalThis.formbricks = {
  async setup({ appUrl }) {
    state.appUrl = appUrl;
    const answer = await fetch(`${appUrl}/api/v1/client/peers/environment`);
    state.surveys = (await answer.json()).data.surveys;
  },
  track() {
    const script = document.createElement('script');
    script.src = `${state.appUrl}/js/surveys.umd.cjs`;
    script.onload = () => globalThis.formbricksSurveys.renderSurveyModal({
      survey: state.surveys[0],
      brandColor: '#64748b',
      isBrandingEnabled: true,
      placement: 'bottomRight',
      clickOutside: true,
      darkOverlay: false,
    });
    document.head.append(script);
  },
};
